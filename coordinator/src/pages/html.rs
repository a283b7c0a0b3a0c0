//! The frame of every page.

use consilium_store::Act;
use maud::{DOCTYPE, Markup, html};

use super::caller::Caller;
use crate::clock;

const PLACES: [(&str, &str); 4] =
    [("/", "Overview"), ("/hospitals", "Hospitals"), ("/log", "Training log"), ("/acts", "Record")];

/// A page for somebody who is signed in.
pub(super) fn page(consortium: &str, title: &str, caller: &Caller, content: &Markup) -> Markup {
    framed(
        title,
        &html! {
            header {
                strong { (consortium) }
                nav { @for (path, name) in PLACES { a href=(path) { (name) } } }
                form method="post" action="/logout" {
                    span { (caller.person) ", " (caller.role.word()) }
                    button.quiet { "Sign out" }
                }
            }
            main { h1 { (title) } (content) }
        },
    )
}

/// A page for anybody.
pub(super) fn bare(title: &str, content: &Markup) -> Markup {
    framed(title, &html! { main.narrow { h1 { (title) } (content) } })
}

fn framed(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                link rel="stylesheet" href="/pages.css";
            }
            body { (body) }
        }
    }
}

/// A table with its heads.
pub(super) fn table(heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.table { table {
            thead { tr { @for head in heads { th { (head) } } } }
            tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
        } }
    }
}

/// A time with its exact form.
pub(super) fn time(at: u64) -> Markup {
    html! { time { (clock::text(at)) } }
}

/// A long hexadecimal text in groups that can be read out.
pub(super) fn spelled(digest: &str) -> Markup {
    let letters: Vec<char> = digest.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    html! { code { (groups.join(" ")) } }
}

/// What was asked for, in words.
pub(super) fn deed(act: &Act) -> String {
    use consilium_store::Deed::{Approve, Enter, Invite, Publish, Read, Revoke};
    let subject = &act.subject;
    match act.deed {
        Enter => format!("signed in as {}", act.detail),
        Read => format!("read {subject}"),
        Invite => format!("invited {subject}"),
        Approve => format!("admit {subject}"),
        Revoke => format!("exclude {subject}"),
        Publish => format!("offer study {subject}"),
    }
}
