//! The network is cut in the middle: of a fetch, of a delivery, of a mail. Then it comes back.

use scoreboard::notify::history::Stage;

use super::world::{SECOND, Stand, THIRD, Trouble, at, come_back, entries, hold, mailed, once, received, told};
use crate::smtp::Fault;

#[test]
fn a_network_that_is_cut_in_the_middle_keeps_nothing_back_and_comes_back() {
    let stand = Stand::new();
    for trouble in [Trouble::Down, Trouble::CutOff, Trouble::Silent, Trouble::Slow] {
        let project = stand.again();
        let what = format!("{trouble:?}");
        stand.servers.trouble(trouble);
        let cut = once(&project, SECOND, &[]);
        assert_eq!(cut.code, 1, "{what}: {}{}", cut.out, cut.err);
        let came = received(&entries(&project));
        assert!(
            came.iter().any(|(name, ..)| name == "alpha_2016-Q1_2016-04-15_r2.xlsx"),
            "{what}: what lies in the inbox is there"
        );
        at(&project, SECOND, &["verify"]).expect(0);
        stand.servers.trouble(Trouble::None);
        let after = at(&project, SECOND, &["schedule", "--now", "weekly"]);
        assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
        come_back(&what, &stand, &project);
    }
}

#[test]
fn a_mail_that_is_cut_off_behind_its_text_is_never_sent_again_by_itself() {
    let stand = Stand::new();
    for fault in [Fault::DropsAfterText, Fault::Hangs, Fault::Greets("421 4.3.2 busy")] {
        let project = stand.again();
        let what = format!("{fault:?}");
        let unknown = fault == Fault::DropsAfterText;
        stand.servers.smtp.fault(fault);
        let cut = once(&project, SECOND, &[]);
        assert_eq!(cut.code, 1, "{what}: {}{}", cut.out, cut.err);
        stand.servers.smtp.fault(Fault::None);
        let later = SECOND.replace("06:00", "07:00");
        let after = at(&project, &later, &["notify"]);
        assert!(after.code < 2, "{what}: {}{}", after.out, after.err);
        if unknown {
            let stages = told(&entries(&project));
            assert!(stand.calm.mailed.iter().all(|key| stages.get(key) == Some(&Stage::Unknown)), "{what}: {stages:?}");
        }
        hold(&what, &stand.servers, &project, &stand.calm);
        at(&project, SECOND, &["verify"]).expect(0);
        // And in the week after nothing of it comes back.
        once(&project, THIRD, &[]);
        assert!(mailed(&stand.servers, &entries(&project)).values().all(|times| *times == 1), "{what}");
    }
}
