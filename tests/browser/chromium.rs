//! A real Chromium, spoken to over a pipe in its own protocol (ADR 0037): people on devices of their own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the program is; `cargo xtask` says it.
const PROGRAM: &str = "KELISIM_TEST_CHROMIUM";

/// How long an answer or an event may take, on a machine that does much else.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// One program; it ends with this value.
pub(crate) struct Chromium {
    wire: Rc<RefCell<Wire>>,
    child: Child,
    _folder: TempDir,
}

/// The pipe to a Chromium, and what it said that nobody has asked for yet.
pub(crate) struct Wire {
    to: ChildStdin,
    from: Receiver<Value>,
    last: u64,
    heard: VecDeque<Value>,
}

impl Chromium {
    /// Starts one that shows nothing, keeps nothing and asks nobody else for anything.
    pub(crate) fn start() -> Self {
        let program = std::env::var_os(PROGRAM)
            .map(PathBuf::from)
            .unwrap_or_else(|| panic!("{PROGRAM} says where Chromium is; start by `cargo xtask`"));
        let folder = tempfile::tempdir().unwrap();
        // The pipe is read at 3 and written at 4; a shell can hand our two over there.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >&2"])
            .arg(program)
            .args(["--headless=new", "--remote-debugging-pipe"])
            // Whoever runs tests as root, as builds in containers do, gets no window without this.
            .arg("--no-sandbox")
            .args(["--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync"])
            .args(["--force-color-profile=srgb", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (tell, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while lines.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let value = serde_json::from_slice(&message).unwrap_or_default();
                if tell.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let wire = Wire {
            to,
            from,
            last: 0,
            heard: VecDeque::new(),
        };
        Self {
            wire: Rc::new(RefCell::new(wire)),
            child,
            _folder: folder,
        }
    }

    /// A person's device: cookies and storage of its own, and a tab that is attached; gives its session.
    pub(crate) fn device(&self) -> (Rc<RefCell<Wire>>, String, String) {
        let mut wire = self.wire.borrow_mut();
        let made = wire.call("", "Target.createBrowserContext", &json!({}));
        let context = made["browserContextId"].as_str().unwrap().to_owned();
        drop(wire);
        let session = self.tab(&context);
        (Rc::clone(&self.wire), context, session)
    }

    /// One more tab of a device; gives its session.
    pub(crate) fn tab(&self, context: &str) -> String {
        let mut wire = self.wire.borrow_mut();
        let order = json!({"url": "about:blank", "browserContextId": context});
        let target = wire.call("", "Target.createTarget", &order)["targetId"].clone();
        let order = json!({"targetId": target, "flatten": true});
        let attached = wire.call("", "Target.attachToTarget", &order);
        attached["sessionId"].as_str().unwrap().to_owned()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Wire {
    /// Has a command carried out in a session, and gives its result; one that is refused fails the test.
    #[track_caller]
    pub(crate) fn call(&mut self, session: &str, method: &str, params: &Value) -> Value {
        match self.try_call(session, method, params) {
            Ok(result) => result,
            Err(why) => panic!("{method} {params}: {why}"),
        }
    }

    /// As [`Wire::call`]; gives why it is refused.
    pub(crate) fn try_call(
        &mut self,
        session: &str,
        method: &str,
        params: &Value,
    ) -> Result<Value, String> {
        self.last += 1;
        let id = self.last;
        let mut order = json!({"id": id, "method": method, "params": params});
        if !session.is_empty() {
            order["sessionId"] = session.into();
        }
        let mut bytes = order.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        self.to.flush().unwrap();
        let until = Instant::now() + LIMIT;
        loop {
            let Some(message) = self.next(until) else {
                return Err(format!("no answer within {LIMIT:?}"));
            };
            if message["id"] != id {
                self.heard.push_back(message);
                continue;
            }
            return match &message["error"] {
                Value::Null => Ok(message["result"].clone()),
                error => Err(error.to_string()),
            };
        }
    }

    /// Takes every event of a session that was heard and not taken.
    pub(crate) fn take(&mut self, session: &str) -> Vec<Value> {
        while let Ok(message) = self.from.try_recv() {
            self.heard.push_back(message);
        }
        let (of_session, others) = self
            .heard
            .drain(..)
            .partition(|message| message["sessionId"] == session);
        self.heard = others;
        of_session.into()
    }

    fn next(&mut self, until: Instant) -> Option<Value> {
        let left = until.saturating_duration_since(Instant::now());
        match self.from.recv_timeout(left) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("Chromium has ended by itself"),
        }
    }
}
