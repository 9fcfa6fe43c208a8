// `npm run texts`: fails on a text missing in one language, on a message id used in the source and missing, and on one that
// nothing uses. Ids built at run time (`state.${…}`) count as a use of everything below their fixed beginning.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));
const LANGUAGES = ["zh-CN", "en"];
const AREAS = ["shared", "console", "portal", "desks", "admin", "timing", "knowledge", "routing", "insight"];

function flatten(value, prefix = "") {
  if (typeof value === "string") return [[prefix, value]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix ? `${prefix}.${key}` : key));
}

function catalogue(language) {
  return new Map(AREAS.flatMap((area) => flatten(JSON.parse(readFileSync(join(SOURCE, "locales", language, `${area}.json`), "utf8")))));
}

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "locales" ? [] : files(path);
    return /\.(vue|ts)$/.test(name) ? [path] : [];
  });
}

const catalogues = new Map(LANGUAGES.map((language) => [language, catalogue(language)]));
const known = catalogues.get("zh-CN");
const groups = new Set([...known.keys()].map((key) => key.split(".")[0]));
const faults = [];

for (const [language, texts] of catalogues) {
  for (const key of known.keys()) if (!texts.has(key)) faults.push(`${language}: ${key} is missing`);
  for (const key of texts.keys()) if (!known.has(key)) faults.push(`zh-CN: ${key} is missing`);
  for (const [key, text] of texts) {
    const holes = (words) => [...(words ?? "").matchAll(/\{(\w+)\}/g)].map((hole) => hole[1]).sort().join();
    if (holes(text) !== holes(known.get(key))) faults.push(`${language}: ${key} has other placeholders than zh-CN`);
  }
}

const source = files(SOURCE).map((path) => [path, readFileSync(path, "utf8")]);
for (const [path, text] of source) {
  for (const [, key] of text.matchAll(/\b(?:t|te)\(\s*["']([\w.-]+)["']/g)) {
    if (!known.has(key)) faults.push(`${path.slice(SOURCE.length + 1)}: ${key} is used but not in the catalogue`);
  }
}

const words = source.map(([, text]) => text).join("\n");
const literals = new Set([...words.matchAll(/["'`]([\w-]+(?:\.[\w-]+)*)["'`]/g)].map((match) => match[1]));
const prefixes = [
  ...[...words.matchAll(/`([\w.-]+)[._]?\$\{/g)].map((match) => match[1]),
  ...[...words.matchAll(/\bword\(\s*[^)]*?["']([\w.-]+)["']/g)].map((match) => match[1]),
  ...[...words.matchAll(/["']([\w-]+(?:\.[\w-]+)*)["'] : ["']([\w-]+(?:\.[\w-]+)*)["']/g)].flatMap((match) => [match[1], match[2]]),
].filter((prefix) => groups.has(prefix.split(".")[0]));
for (const key of known.keys()) {
  if (!literals.has(key) && !prefixes.some((prefix) => key.startsWith(prefix))) faults.push(`${key} is in the catalogue but nothing uses it`);
}

for (const fault of faults) console.error(fault);
console.log(`${known.size} texts in ${LANGUAGES.length} languages, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
