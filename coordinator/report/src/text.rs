//! Words and numbers as a reader of a journal expects them, and their escaping for HTML and SVG.

/// `&`, `<`, `>` and quotation marks as entities: safe between tags and inside quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // control characters have no place in XML 1.0
            c if c.is_control() && c != '\n' && c != '\t' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A number with a fixed count of decimals and a true minus sign; an em dash where there is none.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "—".to_owned();
    }
    let text = format!("{value:.decimals$}");
    let negative = text.starts_with('-') && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let digits = text.trim_start_matches('-');
    if negative { format!("−{digits}") } else { digits.to_owned() }
}

/// Three significant digits: 0.00123, 1.23, 123, 12,300.
#[must_use]
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "—".to_owned() };
    }
    let size = value.abs();
    let decimals = [(1e-4, 7), (1e-3, 6), (1e-2, 5), (0.1, 4), (1.0, 3), (10.0, 2), (100.0, 1)];
    let decimals = decimals.iter().find(|(limit, _)| size < *limit).map_or(0, |(_, decimals)| *decimals);
    if !(1e-5..1e7).contains(&size) {
        return format!("{value:.2e}").replace("e-", "e−").replacen('-', "−", usize::from(value < 0.0));
    }
    fixed(value, decimals)
}

/// An interval: `0.78–0.90`, or `−0.10 to 0.20` where a sign would be read as a dash.
#[must_use]
pub fn range(lower: f64, upper: f64, decimals: usize) -> String {
    let (lower, upper) = (fixed(lower, decimals), fixed(upper, decimals));
    let dash = if lower.starts_with('−') || upper.starts_with('−') { " to " } else { "–" };
    format!("{lower}{dash}{upper}")
}

/// A p value: three decimals, or `<0.001`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p.is_finite() && p < 0.001 { "<0.001".to_owned() } else { fixed(p, 3) }
}

/// `= 0.012` or `< 0.001`, after the letter p.
#[must_use]
pub fn p_relation(p: f64) -> String {
    if p.is_finite() && p < 0.001 { "< 0.001".to_owned() } else { format!("= {}", fixed(p, 3)) }
}

/// A share as a percentage with one decimal.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "—".to_owned() } else { format!("{}%", fixed(part as f64 / whole as f64 * 100.0, 1)) }
}

/// A whole number with commas: 1,234,567.
#[must_use]
pub fn whole(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

/// Bytes in the unit that leaves one to three digits before the point.
#[must_use]
pub fn bytes(value: u64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let unit = units.iter().find(|(size, _)| value as f64 >= *size);
    unit.map_or(format!("{value} B"), |(size, unit)| format!("{} {unit}", fixed(value as f64 / size, 1)))
}

/// The standard normal quantile, by bisection of `erf`.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let below = |z: f64| 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2) < p;
    let halve = |[low, high]: [f64; 2], _| {
        let middle = f64::midpoint(low, high);
        if below(middle) { [middle, high] } else { [low, middle] }
    };
    let [low, high] = (0..80).fold([-9.0, 9.0], halve);
    f64::midpoint(low, high)
}

/// About how wide a text is in a sans-serif face, in units of its size. Widths of Helvetica, by class of character.
pub(crate) fn width(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '\'' | '|' => 0.22,
            ' ' | '.' | ',' | ':' | ';' | '!' | '/' | 'I' | 't' | 'f' => 0.28,
            '(' | ')' | '[' | ']' | '-' | 'r' => 0.33,
            'm' | 'M' | '%' => 0.85,
            'W' => 0.94,
            'w' => 0.72,
            'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
            c if c.is_uppercase() => 0.69,
            _ => 0.556,
        })
        .sum()
}

/// Lines of at most `limit` (in units of the text's size), broken at spaces.
pub(crate) fn wrap(text: &str, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| width(line) + 0.28 + width(word) <= limit) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text of at most `limit`, its middle left out where it is longer: both ends of a feature's name matter.
pub(crate) fn shortened(text: &str, limit: f64) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let candidate = |kept: usize| {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let ends = [&characters[..head], &characters[characters.len() - tail..]];
        format!("{}…{}", ends[0].iter().collect::<String>(), ends[1].iter().collect::<String>())
    };
    (1..characters.len())
        .rev()
        .map(candidate)
        .find(|text| width(text) <= limit)
        .unwrap_or_else(|| "…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_print() {
        assert_eq!(fixed(-0.004, 2), "0.00");
        assert_eq!(fixed(-1.5, 1), "−1.5");
        assert_eq!(range(0.781, 0.9, 2), "0.78–0.90");
        assert_eq!(range(-0.1, 0.2, 1), "−0.1 to 0.2");
        assert_eq!(p_value(0.000_2), "<0.001");
        assert_eq!(whole(1_234_567), "1,234,567");
        assert_eq!(whole(12), "12");
        assert_eq!(bytes(4_200_000), "4.2 MB");
        assert_eq!(significant(0.001_234), "0.00123");
        assert_eq!(significant(12_345.0), "12345");
        assert_eq!(significant(-12.34), "−12.3");
        assert_eq!(significant(0.000_001_234), "1.23e−6");
        assert_eq!(percent(1, 8), "12.5%");
    }

    #[test]
    fn quantiles_are_the_known_ones() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((normal_quantile(0.95) - 1.644_853_626_951_472_7).abs() < 1e-12);
    }

    #[test]
    fn long_names_keep_both_ends() {
        let name = "ct.arterial.wavelet-LLH.glszm.small_area_emphasis";
        let short = shortened(name, 15.0);
        assert!(short.starts_with("ct.arterial") && short.ends_with("emphasis") && width(&short) <= 15.0);
        assert_eq!(shortened("age", 15.0), "age");
    }

    #[test]
    fn wrapped_lines_lose_no_word() {
        let text = "contrast-enhanced arterial phase available and mask not empty";
        let lines = wrap(text, 14.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line) <= 14.0));
        assert_eq!(lines.join(" "), text);
    }
}
