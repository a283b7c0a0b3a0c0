//! A browser as far as the pages need one: cookies, forms, redirects that it shows instead of following.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use ureq::http::{Request, Response, header};

/// One person's browser.
#[derive(Debug)]
pub struct Browser {
    agent: ureq::Agent,
    origin: String,
    cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Where it leads, if it does.
    pub location: Option<String>,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its content.
    pub text: String,
}

impl Browser {
    /// At pages of this origin.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let agent = config.build().new_agent();
        Self { agent, origin: origin.to_owned(), cookies: BTreeMap::new() }
    }

    /// Opens a page.
    pub fn get(&mut self, path: &str) -> Result<Page> {
        let request = Request::get(format!("{}{path}", self.origin)).header(header::COOKIE, self.cookie());
        self.send(request.body(String::new())?)
    }

    /// Sends a form of these pages.
    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Result<Page> {
        let origin = self.origin.clone();
        self.post_from(&origin, path, form)
    }

    /// Sends a form that a page of another origin holds.
    pub fn post_from(&mut self, origin: &str, path: &str, form: &[(&str, &str)]) -> Result<Page> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(format!("{}{path}", self.origin))
            .header(header::COOKIE, self.cookie())
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body)?)
    }

    /// Signs in with a password.
    pub fn enter(&mut self, name: &str, password: &str) -> Result<Page> {
        self.post("/login", &[("name", name), ("password", password)])
    }

    /// What a cookie holds; for whoever steals it.
    #[must_use]
    pub fn cookie(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Asks under another name for the same machine.
    pub fn get_as(&mut self, host: &str, path: &str) -> Result<Page> {
        let request = Request::get(format!("{}{path}", self.origin)).header(header::HOST, host);
        self.send(request.header(header::COOKIE, self.cookie()).body(String::new())?)
    }

    fn send(&mut self, request: Request<String>) -> Result<Page> {
        let response = self.agent.run(request)?;
        self.keep_cookies(&response)?;
        let (head, mut body) = response.into_parts();
        let plain = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        let headers: BTreeMap<_, _> = head.headers.iter().filter_map(plain).collect();
        let (status, location) = (head.status.as_u16(), headers.get("location").cloned());
        Ok(Page { status, location, headers, text: body.read_to_string()? })
    }

    fn keep_cookies(&mut self, response: &Response<ureq::Body>) -> Result<()> {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str()?;
            anyhow::ensure!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, rest) = cookie.split_once('=').context("a cookie")?;
            let value = rest.split(';').next().unwrap_or_default();
            if cookie.ends_with("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }
}
