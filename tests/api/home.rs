//! The first page of those who have no cases.

use kelisim_tests::{TestApp, on_both_databases};

on_both_databases! {
    fn a_partner_reads_what_is_agreed_with_its_agency_and_no_number_of_cases(t: TestApp) {
        t.file(&TestApp::referred_filing());
        let mut partner = t.signed_in("partner");
        let page = partner.get("/");
        for words in ["Memorandum 1/2026", "in force", "the referral was received"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        for word in ["/cases", "open case", "ORL-01/"] {
            assert!(!page.text.contains(word), "{word}: {}", page.text);
        }
        for name in ["auditor", "aigul", "administrator"] {
            assert!(!t.signed_in(name).get("/").text.contains("Memorandum 1/2026"), "{name}");
        }
    }

    fn the_registrar_sees_how_many_mediators_stand_where(t: TestApp) {
        let page = t.signed_in("registrar").get("/");
        assert!(page.text.contains("<dt>may be given cases</dt><dd>3</dd>"), "{}", page.text);
        assert!(!page.text.contains("/cases"), "{}", page.text);
    }
}
