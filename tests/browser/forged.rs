//! T17: a page of somebody else's sends forms to us, while the person is signed in beside it; nothing may change (R13).

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use crate::people::House;
use crate::tab::Screen;

/// Every form that the pages take, read from their sources, so that a new one is tried too.
fn forms() -> Vec<String> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/kelisim-api/src/http/pages"
    );
    let mut forms = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(path).unwrap();
            let found = source.split("#[post(\"").skip(1);
            forms.extend(found.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    assert!(forms.len() > 15, "{forms:?}");
    forms.sort();
    forms
}

/// A server of somebody else's that answers everything with one page.
fn foreign(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            stream.set_read_timeout(Some(Duration::from_secs(2))).ok();
            let mut first = String::new();
            BufReader::new(&stream).read_line(&mut first).ok();
            let length = page.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{page}"
            );
            stream.write_all(answer.as_bytes()).ok();
        }
    });
    format!("{}", address.port())
}

#[test]
fn t17_a_form_of_a_foreign_page_changes_nothing() {
    let house = House::new();
    let mut tab = house.at_device_of("administrator", Screen::DESK, "en");
    let base = house.t.app.public_url.clone();
    let me = house.t.by("aigul").get("me").expect(200);
    let id = me["id"].as_str().unwrap().to_owned();
    let rest = |tab: &mut crate::tab::Tab, url: &str| {
        tab.open(url);
        let before = house.t.database.contents();
        for form in forms() {
            // Whoever forges knows an id at the most.
            let form = form.replace("{id}", &id).replace("{grant}", &id);
            tab.open(url);
            tab.leading(|tab| {
                tab.value(&format!("forge({:?})", format!("{base}{form}")));
            });
            let status = tab.status();
            assert!(
                [303, 401, 403, 404].contains(&status)
                    || status == 200 && tab.path().starts_with("/sign-in"),
                "{form}: {status}"
            );
            tab.open(url);
            tab.value(&format!("send({:?})", format!("{base}{form}")));
        }
        let mut after = house.t.database.contents();
        // A session is in use; nothing else has happened.
        after.insert("session".into(), before["session"].clone());
        assert!(before == after, "{url}");
    };
    let page = "<!DOCTYPE html><title>x</title><form method=post><input name=switch value=kk><input name=name value=x></form>\
        <script>function forge(to) { document.forms[0].action = to; document.forms[0].submit(); }\
        async function send(to) { try { await fetch(to, {method: 'POST', mode: 'no-cors', credentials: 'include',\
        body: new URLSearchParams({switch: 'kk', name: 'x'})}); } catch (e) {} return 0; }</script>";
    let port = foreign(page.to_owned());
    // Another port is another origin of the same site, another name another site.
    rest(&mut tab, &format!("http://127.0.0.1:{port}/"));
    rest(&mut tab, &format!("http://localhost:{port}/"));
    tab.open("/account");
    assert_eq!(
        (tab.status(), tab.path().as_str()),
        (200, "/account"),
        "still signed in"
    );
}
