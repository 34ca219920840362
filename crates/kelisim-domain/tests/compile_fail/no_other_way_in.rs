//! The fields of a message to a partner are private: nothing gets in but through `build`.

use kelisim_domain::notice::PartnerNotice;

fn rename(notice: &mut PartnerNotice, name: String) {
    notice.mediator_name = Some(name);
}

fn main() {}
