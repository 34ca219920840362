//! Pictures of workflows as they were laid out: that takes tenths of a second, and a published version never changes.

use kelisim_domain::{id::RegionId, workflow::draw::Layout};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The region, the key, the version and the code of the language of a picture.
pub type LayoutKey = (RegionId, String, i32, &'static str);

/// More layouts than these are not kept; the next one begins anew.
const MOST: usize = 64;

/// The layouts that this process has worked out.
#[derive(Default)]
pub struct Layouts(Mutex<BTreeMap<LayoutKey, Arc<Layout>>>);

impl Layouts {
    /// A layout, worked out when it is asked for first.
    pub fn of(&self, key: LayoutKey, lay: impl FnOnce() -> Layout) -> Arc<Layout> {
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(layout) = known {
            return layout;
        }
        // Without the lock: whoever asks for another picture meanwhile does not wait for this one.
        let layout = Arc::new(lay());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key, Arc::clone(&layout));
        layout
    }
}
