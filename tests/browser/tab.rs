//! A tab of somebody's device: what a person does with a page, and what they see of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::chromium::{Chromium, LIMIT, Wire};

/// How large a screen is, and what it is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// In pixels of a page.
    pub(crate) width: u32,
    /// In pixels of a page.
    pub(crate) height: u32,
    /// Whether it is a phone.
    pub(crate) is_phone: bool,
    /// Whether its owner likes it dark.
    pub(crate) is_dark: bool,
}

impl Screen {
    /// A cheap phone.
    pub(crate) const PHONE: Self = Self {
        width: 360,
        height: 740,
        is_phone: true,
        is_dark: false,
    };
    /// A desk.
    pub(crate) const DESK: Self = Self {
        width: 1280,
        height: 900,
        is_phone: false,
        is_dark: false,
    };

    /// The same screen at night.
    pub(crate) const fn dark(self) -> Self {
        Self {
            is_dark: true,
            ..self
        }
    }
}

/// A tab.
pub(crate) struct Tab {
    wire: Rc<RefCell<Wire>>,
    context: String,
    session: String,
    base: String,
    /// What happened in it: requests, answers, complaints.
    events: Vec<Value>,
}

impl Tab {
    /// Somebody's device with one tab, at an address of ours.
    pub(crate) fn new(chromium: &Chromium, base: &str, screen: Screen) -> Self {
        let (wire, context, session) = chromium.device();
        Self::prepared(wire, context, session, base, screen)
    }

    /// One more tab on the same device.
    pub(crate) fn beside(&self, chromium: &Chromium, screen: Screen) -> Self {
        let session = chromium.tab(&self.context);
        let (wire, context) = (Rc::clone(&self.wire), self.context.clone());
        Self::prepared(wire, context, session, &self.base, screen)
    }

    fn prepared(
        wire: Rc<RefCell<Wire>>,
        context: String,
        session: String,
        base: &str,
        screen: Screen,
    ) -> Self {
        let mut tab = Self {
            wire,
            context,
            session,
            base: base.to_owned(),
            events: Vec::new(),
        };
        for domain in ["Page", "Network", "Runtime", "Log"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        tab.call("Page.setLifecycleEventsEnabled", &json!({"enabled": true}));
        tab.on(screen);
        tab
    }

    /// Has a command of Chromium's protocol carried out.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.wire.borrow_mut().call(&self.session, method, params)
    }

    /// Gives the device another screen.
    pub(crate) fn on(&mut self, screen: Screen) {
        let size = json!({
            "width": screen.width, "height": screen.height, "mobile": screen.is_phone,
            "deviceScaleFactor": 1,
        });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let touch = json!({"enabled": screen.is_phone});
        self.call("Emulation.setTouchEmulationEnabled", &touch);
        let scheme = if screen.is_dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", &features);
    }

    /// Switches the scripts of pages on or off.
    pub(crate) fn scripts(&mut self, are_on: bool) {
        let params = json!({"value": !are_on});
        self.call("Emulation.setScriptExecutionDisabled", &params);
    }

    /// Tells pages which languages the person reads.
    pub(crate) fn reads(&mut self, language: &str) {
        let headers = json!({"headers": {"Accept-Language": language}});
        self.call("Network.setExtraHTTPHeaders", &headers);
    }

    /// Takes the link away, or gives it back.
    pub(crate) fn link(&mut self, is_up: bool) {
        let params = json!({
            "offline": !is_up, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.call("Network.emulateNetworkConditions", &params);
    }

    /// Opens a page by its path, or another address whole.
    #[track_caller]
    pub(crate) fn open(&mut self, path: &str) {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.base),
            false => path.to_owned(),
        };
        self.leading(|tab| {
            let opened = tab.call("Page.navigate", &json!({"url": url}));
            assert!(opened["errorText"].is_null(), "{path}: {opened}");
        });
    }

    /// Does something that leads to another page, and waits until it is there.
    #[track_caller]
    pub(crate) fn leading(&mut self, act: impl FnOnce(&mut Self)) {
        self.hear();
        self.events.clear();
        act(self);
        let until = Instant::now() + LIMIT;
        while !self.has_loaded() {
            let what = self.events.len();
            assert!(
                Instant::now() < until,
                "no page came: {what} events, at {}",
                self.path()
            );
            std::thread::sleep(Duration::from_millis(5));
            self.hear();
        }
    }

    fn has_loaded(&self) -> bool {
        let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        self.events.iter().any(loaded)
    }

    fn hear(&mut self) {
        let mut heard = self.wire.borrow_mut().take(&self.session);
        self.events.append(&mut heard);
    }

    /// What happened since the page was asked for, by the name of the event.
    pub(crate) fn happened(&mut self, method: &str) -> Vec<Value> {
        self.hear();
        let named = self.events.iter().filter(|event| event["method"] == method);
        named.map(|event| event["params"].clone()).collect()
    }

    /// The status of the page that was asked for last.
    pub(crate) fn status(&mut self) -> u64 {
        let answers = self.happened("Network.responseReceived");
        let mut pages = answers.iter().filter(|answer| answer["type"] == "Document");
        let status = pages
            .next_back()
            .map(|answer| &answer["response"]["status"]);
        status.and_then(Value::as_u64).unwrap_or(0)
    }

    /// Bytes that came over the wire since the page was asked for, headers included.
    pub(crate) fn bytes(&mut self) -> u64 {
        let ended = self.happened("Network.loadingFinished");
        let lengths = ended.iter().map(|end| end["encodedDataLength"].as_f64());
        lengths.map(|length| length.unwrap_or(0.0) as u64).sum()
    }

    /// Gives the value of an expression in the page, whether its own scripts may run or not.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let order = json!({
            "expression": expression, "returnByValue": true, "awaitPromise": true,
        });
        let answer = self.call("Runtime.evaluate", &order);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown}");
        answer["result"]["value"].clone()
    }

    /// The text of the page, as a person reads it.
    pub(crate) fn text(&mut self) -> String {
        let text = self.value("document.body.innerText");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The path of the address, with its question.
    pub(crate) fn path(&mut self) -> String {
        let path = self.value("location.pathname + location.search");
        path.as_str().unwrap_or_default().to_owned()
    }

    /// Whether something is on the page.
    pub(crate) fn has(&mut self, selector: &str) -> bool {
        let found = self.value(&format!(
            "document.querySelector({}) !== null",
            quoted(selector)
        ));
        found == true
    }

    /// Presses something, where it is on the screen, and waits for the page that comes.
    #[track_caller]
    pub(crate) fn press(&mut self, selector: &str) {
        self.leading(|tab| tab.touch(selector));
    }

    /// Presses something that leads nowhere, or whose page is waited for elsewhere.
    #[track_caller]
    pub(crate) fn touch(&mut self, selector: &str) {
        let path = self.path();
        assert!(
            self.try_touch(selector),
            "nothing to press: {selector} at {path}"
        );
    }

    /// As [`Tab::touch`]; says whether it was there.
    pub(crate) fn try_touch(&mut self, selector: &str) -> bool {
        let place = format!(
            "(() => {{ const e = document.querySelector({}); if (!e) return null;\
             e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();\
             return [r.x + r.width / 2, r.y + r.height / 2]; }})()",
            quoted(selector)
        );
        let order = json!({"expression": place, "returnByValue": true});
        let found = self
            .wire
            .borrow_mut()
            .try_call(&self.session, "Runtime.evaluate", &order);
        // A page that goes away just now has nothing to press.
        let middle = found.unwrap_or_default()["result"]["value"].clone();
        if !middle.is_array() {
            return false;
        }
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", &event);
        }
        true
    }

    /// Types into a field, in place of what stands there.
    #[track_caller]
    pub(crate) fn fill(&mut self, selector: &str, text: &str) {
        let found = self.value(&format!(
            "(() => {{ const e = document.querySelector({}); if (!e) return false;\
             e.focus(); if (e.select) e.select(); return true; }})()",
            quoted(selector)
        ));
        assert!(found == true, "no field {selector} at {}", self.path());
        self.call("Input.insertText", &json!({"text": text}));
    }

    /// Presses a key, such as `Tab` or `Enter`.
    pub(crate) fn key(&mut self, name: &str) {
        let (code, text) = match name {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            _ => (0, ""),
        };
        let event = |kind: &str| {
            json!({
                "type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code, "text": text,
            })
        };
        self.call("Input.dispatchKeyEvent", &event("keyDown"));
        self.call("Input.dispatchKeyEvent", &event("keyUp"));
    }

    /// Keeps a picture of the whole page among the artefacts.
    pub(crate) fn picture(&mut self, name: &str) {
        let order = json!({"format": "png", "captureBeyondViewport": true});
        let shot = self.call("Page.captureScreenshot", &order);
        crate::artefacts::keep(name, shot["data"].as_str().unwrap());
    }
}

/// A text as it stands in a script.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
