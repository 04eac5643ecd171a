//! What words stand in comments, in any language.
//!
//! Words are cut by the rules of Unicode (Standard Annex 29), in lower case. Words that say nothing by themselves are left
//! out for Bulgarian, Croatian, English, Polish and Serbian, as are numbers and single letters. A pair is two words that stand
//! side by side, with nothing left out between them. A word counts once a comment, however often it stands there.
//!
//! The lists are those of Stopwords ISO, but for English, where it leaves out too much. Its Croatian list is short and has some words added; it has none for Serbian: the Croatian
//! words serve, in both scripts and in both pronunciations ("gdje" and "gde").
//!
//! Where it fails: words are not brought to a common form, so "delivery" and "deliveries" count apart, and languages written
//! without spaces (Chinese, Thai) are cut into single characters or whole phrases.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use stop_words::Language;
use unicode_segmentation::UnicodeSegmentation;

/// Longer words are no words.
const LONGEST: usize = 64;

/// English words that say nothing by themselves. Stopwords ISO has many more for English, among them what comments are about:
/// "good", "problem", "help", "order".
const ENGLISH: &str = "a about above after again all also although always am an and any are aren't as at be because been before \
    being below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each either \
    else etc ever every for from further get gets getting got had hadn't has hasn't have haven't having he he'd he'll he's her here \
    here's hers herself him himself his how how's however i i'd i'll i'm i've if in into is isn't it it's its itself just let let's \
    may me might mine more most much must my myself neither no nor not now of off often on once one only onto or other others ought \
    our ours ourselves out over own per quite rather really said same shall shan't she she'd she'll she's should shouldn't since so \
    some such than that that's the their theirs them themselves then there there's these they they'd they'll they're they've this \
    those though through thus to too under until up upon us very was wasn't we we'd we'll we're we've were weren't what what's when \
    when's where where's whether which while who who's whom whose why why's will with within without won't would wouldn't yet you \
    you'd you'll you're you've your yours yourself yourselves";

/// Croatian and Serbian words that the Croatian list does not have.
const MORE: &str = "bez biti bih bila bile bili bilo bio bude da dok gdje gore ide ima imam imaju imali isti jako jedan jedna \
    jedno jeste još kad kada kao koja koje kojem koji kojih kojim koju kroz mnogo mogu može možete nas naš naša naše neka nekako \
    neki neko nema nemam nemate nešto netko nikad nikada nisam nisu niti njegov nju oko onda ono ovaj ovdje ove ovi ovo ovog \
    prije puno samo sebe sve svi svoj svoja taj također takođe tamo treba uvijek uvek vaš vaša vaše već veoma vrlo zašto zato što šta";

static SILENT: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut silent = HashSet::new();
    silent.extend(ENGLISH.split_whitespace().map(str::to_owned));
    for language in [Language::Bulgarian, Language::Polish] {
        silent.extend(stop_words::get(language).iter().map(|word| word.to_lowercase()));
    }
    let more = MORE.split_whitespace();
    for word in stop_words::get(Language::Croatian).iter().copied().chain(more) {
        let croatian = word.to_lowercase();
        for pronounced in [croatian.replace("ije", "e"), croatian.replace("je", "e"), croatian] {
            silent.insert(cyrillic(&pronounced));
            silent.insert(pronounced);
        }
    }
    silent
});

/// Latin Serbian in Cyrillic letters.
fn cyrillic(latin: &str) -> String {
    const PAIRS: [(&str, &str); 3] = [("lj", "љ"), ("nj", "њ"), ("dž", "џ")];
    const LETTERS: [(char, char); 27] = [
        ('a', 'а'),
        ('b', 'б'),
        ('c', 'ц'),
        ('č', 'ч'),
        ('ć', 'ћ'),
        ('d', 'д'),
        ('đ', 'ђ'),
        ('e', 'е'),
        ('f', 'ф'),
        ('g', 'г'),
        ('h', 'х'),
        ('i', 'и'),
        ('j', 'ј'),
        ('k', 'к'),
        ('l', 'л'),
        ('m', 'м'),
        ('n', 'н'),
        ('o', 'о'),
        ('p', 'п'),
        ('r', 'р'),
        ('s', 'с'),
        ('š', 'ш'),
        ('t', 'т'),
        ('u', 'у'),
        ('v', 'в'),
        ('z', 'з'),
        ('ž', 'ж'),
    ];
    let paired = PAIRS.iter().fold(latin.to_owned(), |text, (from, to)| text.replace(from, to));
    let letter = |c: char| LETTERS.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    paired.chars().map(letter).collect()
}

fn says_something(word: &str) -> bool {
    word.len() <= LONGEST
        && word.chars().nth(1).is_some()
        && word.chars().any(char::is_alphabetic)
        && !SILENT.contains(word)
}

/// The words and pairs of words of a comment, each once, in order of the alphabet.
///
/// ```
/// let terms = lojal_scoring::comments::terms("The delivery was late. Late delivery again!");
/// assert_eq!(terms.into_iter().collect::<Vec<_>>(), ["delivery", "late", "late delivery"]);
/// ```
#[must_use]
pub fn terms(comment: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    // Sentences apart, so that no pair goes across their ends; and before letters are lowered, since their case tells where a
    // sentence ends.
    for sentence in comment.unicode_sentences() {
        let sentence = sentence.to_lowercase();
        let mut before: Option<&str> = None;
        for word in sentence.unicode_words() {
            if !says_something(word) {
                before = None;
                continue;
            }
            if let Some(before) = before {
                terms.insert(format!("{before} {word}"));
            }
            terms.insert(word.to_owned());
            before = Some(word);
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(comment: &str) -> Vec<String> {
        terms(comment).into_iter().collect()
    }

    #[test]
    fn words_that_say_nothing_are_left_out_in_five_languages() {
        for (comment, left) in [
            ("It was not about the service", "service"),
            ("We're very good at that", "good"),
            ("Dostava nije za njih", "dostava"),
            ("Gde je dostava? Gdje je dostava?", "dostava"),
            ("где је достава", "достава"),
            ("доставката е на", "доставката"),
            ("to jest tylko obsługa", "obsługa"),
        ] {
            assert_eq!(of(comment), [left]);
        }
    }

    #[test]
    fn words_are_cut_by_unicode() {
        assert_eq!(of("Größe: ÜBER-groß, 100%!"), ["groß", "größe", "größe über", "über", "über groß"]);
        assert_eq!(of("don't panic"), ["panic"]);
        assert_eq!(of("🙂🙂 123 4 x"), [""; 0]);
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of(&"a".repeat(1_000)), [""; 0]);
    }

    #[test]
    fn letters_have_their_cyrillic() {
        assert_eq!(cyrillic("ljubav njega džep đak"), "љубав њега џеп ђак");
    }
}
