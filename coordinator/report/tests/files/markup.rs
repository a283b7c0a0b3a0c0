//! Whether a page is well formed: every tag closes where it should.

/// Elements without an end.
const VOID: [&str; 4] = ["meta", "input", "br", "!DOCTYPE"];

/// Walks all tags with a stack.
pub(crate) fn check(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "near {}", &rest[..rest.len().min(80)].escape_debug());
            continue;
        }
        let name = tag.split_whitespace().next().expect("a tag has a name").trim_end_matches('/');
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes of <{tag}>");
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
        if ["script", "style"].contains(&name) {
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("a script or style ends")..];
        }
    }
    assert!(open.is_empty(), "{open:?} never close");
    assert!(!page.contains("NaN") && !page.contains("inf,"));
}
