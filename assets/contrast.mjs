// Reads tokens.css and proves that each text colour is readable where it is used (WCAG 2.2 AA), in both themes.
// Run: npm run contrast. Ends with code 1 and the list of pairs when one falls short.
import { readFileSync } from "node:fs";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const TEXT = 4.5;
const SHAPE = 3;
const surfaces = ["color-base-100", "color-base-200"];
const paired = ["lane-crowd", "lane-desk", "lane-private", "lane-quiet", "ok", "soon", "late", "info", "note"];
const solid = ["primary", "neutral", "info", "success", "warning", "error"];

function themes() {
  const blocks = [...css.matchAll(/@plugin "daisyui\/theme" \{([^}]*)\}/g)].map((match) => match[1]);
  return blocks.map((block) => {
    const values = Object.fromEntries([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2]]));
    return { name: block.match(/name: "(\w+)"/)[1], values };
  });
}

// OKLCH to relative luminance: https://www.w3.org/TR/css-color-4/#color-conversion-code and WCAG's definition.
function luminance(value) {
  const [l, c, h] = value.match(/oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/).slice(1).map(Number);
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const cone = (x, y) => (l / 100 + x * a + y * b) ** 3;
  const [L, M, S] = [cone(0.3963377774, 0.2158037573), cone(-0.1055613458, -0.0638541728), cone(-0.0894841775, -1.291485548)];
  const red = 4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S;
  const green = -1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S;
  const blue = -0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S;
  const clip = (x) => Math.min(1, Math.max(0, x));
  return 0.2126 * clip(red) + 0.7152 * clip(green) + 0.0722 * clip(blue);
}

function ratio(one, two) {
  const [dark, light] = [luminance(one), luminance(two)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function pairs() {
  const list = [];
  for (const ink of ["color-base-content", "ink-2", "ink-3", "color-primary", ...paired])
    for (const surface of [...surfaces, "hover", "selected"]) list.push([ink, surface, TEXT]);
  for (const tone of paired) list.push([tone, `${tone}-soft`, TEXT], ["color-base-content", `${tone}-soft`, TEXT]);
  for (const tone of solid) list.push([`color-${tone}-content`, `color-${tone}`, TEXT]);
  for (const surface of surfaces) list.push(["line-strong", surface, SHAPE]);
  list.push(["color-primary", "accent-soft", TEXT], ["ink-2", "note-soft", TEXT]);
  return list;
}

let failed = 0;
let lowest = 99;
for (const theme of themes()) {
  for (const [front, back, wanted] of pairs()) {
    const found = ratio(theme.values[front], theme.values[back]);
    if (wanted === TEXT) lowest = Math.min(lowest, found);
    if (found >= wanted) continue;
    failed += 1;
    console.error(`${theme.name}: ${front} on ${back} is ${found.toFixed(2)}, needs ${wanted}`);
  }
}
console.log(`${pairs().length * 2} pairs, lowest for text ${lowest.toFixed(2)}, too low: ${failed}`);
process.exit(failed ? 1 : 0);
