//! Names of the months, folded (see [`crate::model::fold::fold`]), in the official languages of the EU and Norwegian.
//!
//! What it is for: [`super::date`]. What it does not do: no name stands in two months. CLDR has five that would:
//! "listopad", "listopada", "lis", "lip" and "srp" mean different months in Polish, Czech and Croatian.
//! Source: Unicode CLDR, wide and abbreviated names, with a few usual spellings added.

const MONTHS: [&str; 12] = [
    "january jan janvier janv januar janner januari enero ene gennaio gen sausio sausis saus \
     stycznia styczen sty janeiro януари яну ledna leden led ιανουαριου ιανουαριοσ ιαν \
     jaanuar jaan tammikuuta tammikuu tammi eanair ean sijecnja sijecanj sij janvaris jannar \
     ianuarie ian januara janr",
    "february feb fevrier fevr februar februari febrero febbraio vasario vasaris vas lutego \
     luty lut fevereiro fev февруари фев unora unor uno φεβρουαριου φεβρουαριοσ φεβ veebruar \
     veebr helmikuuta helmikuu helmi feabhra feabh veljace veljaca velj febr februaris frar \
     fra februarie februara feber",
    "march mar mars marz maart mrt marzo kovo kovas kov marca marzec marco март brezna brezen \
     bre marts μαρτιου μαρτιοσ μαρ maaliskuuta maaliskuu maalis marta ozujka ozujak ozu \
     marcius marc marzu martie marec mrz maerz",
    "april apr avril avr abril abr aprile balandzio balandis bal kwietnia kwiecien kwi април \
     апр dubna duben dub απριλιου απριλιοσ απρ aprill huhtikuuta huhtikuu huhti aibrean aib \
     travnja travanj tra aprilis aprilie aprila",
    "may mai mei mayo maggio mag geguzes geguze geg maja maj maio маи kvetna kveten kve μαιου \
     μαιοσ μαι toukokuuta toukokuu touko bealtaine beal svibnja svibanj svi majus maijs mejju \
     mej",
    "june jun juin juni junio giugno giu birzelio birzelis birz czerwca czerwiec cze junho \
     юни cervna cerven cvn ιουνιου ιουνιοσ ιουν juuni kesakuuta kesakuu kesa meitheamh meith \
     lipnja lipanj junius junijs gunju gun iunie iun juna junij",
    "july jul juillet juil juli julio luglio lug liepos liepa liep lipca lipiec julho юли \
     cervence cervenec cvc ιουλιου ιουλιοσ ιουλ juuli heinakuuta heinakuu heina iuil srpnja \
     srpanj julius julijs lulju lul iulie iul jula julij",
    "august aug aout augustus agosto ago rugpjucio rugpjutis rugp sierpnia sierpien sie \
     август авг srpna srpen αυγουστου αυγουστοσ αυγ elokuuta elokuu elo lunasa lun kolovoza \
     kolovoz kol augusztus augusts awwissu aww augusta avgust avg augusti",
    "september sep septembre sept septiembre settembre set rugsejo rugsejis rugs wrzesnia \
     wrzesien wrz setembro септември сеп zari zar σεπτεμβριου σεπτεμβριοσ σεπ syyskuuta \
     syyskuu syys mfomh rujna rujan ruj szeptember szept septembris settembru septembrie \
     septembra setiembre sett",
    "october oct octobre oktober okt octubre ottobre ott spalio spalis spal pazdziernika \
     pazdziernik paz outubro out октомври окт rijna rijen rij οκτωβριου οκτωβριοσ οκτ \
     oktoober lokakuuta lokakuu loka dfomh oktobris ottubru octombrie oktobra",
    "november nov novembre noviembre lapkricio lapkritis lapkr novembro ноември ное listopadu \
     νοεμβριου νοεμβριοσ νοε marraskuuta marraskuu marras samhain samh studenoga studeni stu \
     novembris novembru noiembrie novembra",
    "december dec decembre dezember dez diciembre dic dicembre gruodzio gruodis gruod grudnia \
     grudzien gru dezembro декември дек prosince prosinec pro δεκεμβριου δεκεμβριοσ δεκ \
     detsember dets joulukuuta joulukuu joulu nollaig noll prosinca prosinac decembris \
     dicembru decembrie decembra desember des",
];

/// Polish for those who are known to write Polish.
const POLISH: [(&str, u32); 4] = [("listopad", 11), ("listopada", 11), ("lis", 11), ("lip", 7)];

/// Words that stand between day, month and year and say nothing: "de", "m." (metų), "d." (diena), "of".
const FILLERS: &[&str] =
    &["de", "del", "di", "of", "the", "le", "el", "il", "den", "am", "m", "d", "gada", "г", "r", "roku"];

/// The month, 1 to 12, that a folded word names. `polish` admits the names that Croatian uses for other months.
pub(super) fn month(word: &str, polish: bool) -> Option<u32> {
    if polish && let Some((_, month)) = POLISH.iter().find(|(name, _)| *name == word) {
        return Some(*month);
    }
    (1..).zip(MONTHS).find(|(_, names)| names.split(' ').any(|name| name == word)).map(|(month, _)| month)
}

pub(super) fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

/// Whether a word is the Polish "r." (roku) behind a year.
pub(super) fn is_polish(word: &str) -> bool {
    matches!(word, "r" | "roku")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold::fold;

    #[test]
    fn no_name_stands_twice_and_all_are_folded() {
        let mut all: Vec<&str> = MONTHS.iter().flat_map(|names| names.split(' ')).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        for name in all {
            assert_eq!(fold(name), name);
            assert!(!is_filler(name) && POLISH.iter().all(|(polish, _)| *polish != name), "{name}");
        }
    }

    #[test]
    fn every_language_has_its_december() {
        for name in ["december", "decembre", "dezember", "diciembre", "dicembre", "gruodzio", "grudnia", "dezembro"] {
            assert_eq!(month(name, false), Some(12), "{name}");
        }
        assert_eq!(month("listopada", false), None);
        assert_eq!(month("listopada", true), Some(11));
    }
}
