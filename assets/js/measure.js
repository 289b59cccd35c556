// How long a text is, as the network counts it. The server decides in the end; this is for the eye while typing.
import { isWide } from "./wide.js";

const LINK_WEIGHT = 23;
const LINK = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]*[\w/~=&#%+-]/giu;
const PICTURE = "[\\u00a9\\u00ae\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u27bf\\u2900-\\u297f\\u2b00-\\u2bff\\u3030\\u303d\\u3297\\u3299\\u{1f000}-\\u{1faff}]";
const EXTRA = "[\\ufe0f\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}]";
const JOINED = `\\u200d${PICTURE}${EXTRA}*`;
const FLAG_OR_KEYCAP = "[\\u{1f1e6}-\\u{1f1ff}]{2}|[0-9#*]\\ufe0f?\\u20e3";
const EMOJI = new RegExp(`${FLAG_OR_KEYCAP}|${PICTURE}(?:${EXTRA}+(?:${JOINED})*|(?:${JOINED})+)`, "gu");

/** NFC; a link 23, an emoji sequence or wide character 2, all else 1. */
function weighted(text) {
  let total = 0;
  const count = (weight) => () => {
    total += weight;
    return "";
  };
  const rest = text.normalize("NFC").replace(LINK, count(LINK_WEIGHT)).replace(EMOJI, count(2));
  for (const char of rest) total += isWide(char.codePointAt(0)) ? 2 : 1;
  return total;
}

function graphemes(text) {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].length;
}

const measures = { weighted, graphemes, chars: (text) => [...text].length };

/** The length of a text in a network's own measure: "weighted", "graphemes" or "chars" (code points). */
export function measure(text, how) {
  return (measures[how] ?? measures.chars)(text);
}
