// What gives a secret away that nobody told us of: its own form, or what stands before it.
import { ANY_NAME, BEFORE_VALUES, BEFORE_WORDS } from "./named-secrets.ts";

const KEY_BEGINS = "-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----";
const KEY_ENDS = "-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----";
/** Between lines of a key, as others quote them as well. */
const GAP = String.raw`(?:[\s"',>|]|\\+[nrt"]){1,8}`;
/** Shorter ones are words, but for the last. */
const KEY_LINE =
  "(?:[A-Za-z0-9+/=]{20,}|(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): " +
  String.raw`[^\n\\"]{0,100})`;
const LAST_LINE = String.raw`[A-Za-z0-9+/=]{1,76}(?=(?:${GAP})?-----|[ \t]*(?:\n|\\|["']|$))`;

/** A key whose end was cut off, and one whose start was. */
const PRIVATE_KEYS = [
  new RegExp(
    `()${KEY_BEGINS}(?:(?:${GAP})?${KEY_LINE})*(?:${GAP}${LAST_LINE})?` +
      `(?:(?:${GAP})?${KEY_ENDS})?()`,
    "g",
  ),
  new RegExp(
    `^()(?:[A-Za-z0-9+/=]*${GAP})?(?:${KEY_LINE}${GAP}){0,200}(?:${LAST_LINE}(?:${GAP})?)?` +
      `${KEY_ENDS}()`,
    "g",
  ),
];

/** Known by their first letters, as those who give them out have chosen them. */
const TOKENS = [
  String.raw`sk-[\w-]{8,}`,
  String.raw`[sr]k_(?:live|test)_\w{8,}`,
  String.raw`(?:AKIA|ASIA)[0-9A-Z]{12,16}\b`,
  String.raw`gh[pousr]_\w{16,}`,
  String.raw`github_pat_\w{20,}`,
  String.raw`gl(?:pat|rt|dt|ptt|cbt|ft|soat)-[\w-]{16,}`,
  String.raw`(?:npm_|hf_|AIza|ya29\.|hv[sbr]\.|dop_v1_|shp(?:at|ca|pa|ss)_|pypi-Ag)[\w-]{16,}`,
  String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`,
  String.raw`(?:glsa_|glc_|dckr_(?:pat|oat)_|whsec_|lin_api_|tskey-|sntry[su]_)[\w-]{16,}`,
  "(?:xox[a-z]|xapp)-[A-Za-z0-9-]{8,}",
  "dapi[0-9a-f]{32}",
  "AGE-SECRET-KEY-1[0-9A-Z]{10,}",
  String.raw`eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?`,
];

/** Says that there is none, or opens what has names of its own. */
const NO_SECRET =
  String.raw`(?!(?:true|false|null|none|nil|undefined)(?![\w.-])` +
  String.raw`|(?<!["'])[[{](?:[\\"'\s\]}]|$))`;
/** To the end of its quotes, or of its line. It ends before quotes, so that JSON stays JSON. */
const VALUE =
  String.raw`(?:(?<=\\["'])[^"'\\\n]{1,200}|(?<=[^\\]")(?:[^"\\\n]|\\.)+` +
  String.raw`|(?<=[^\\]')(?:[^'\\\n]|\\.)+|(?<!["'])[^\s"'\\,;&]+)`;

const SCHEMES =
  "basic|bearer|token|digest|negotiate|ntlm|dpop|hawk|apikey|oauth|sharedkey|aws4-hmac-sha256";

/** Between two words as they are sent to Redis: how long the next one is. */
const SENT = String.raw`(?:\s|\\[rn]){1,8}\$\d{1,6}(?:\s|\\[rn]){1,8}`;
/** Behind the end of a line, however that is written. */
const WORD = String.raw`(?:\b|(?<=\\n))`;
const SENT_WORD = String.raw`(?:[^\s"'\\]|\\[^rn])+`;

const OF_REDIS = "(?:requirepass|(?:master|primary)auth|tls-(?:client-)?key-file-pass)";

/** What is kept stands in $1 and $2. */
export const SECRET_PATTERNS: readonly RegExp[] = [
  ...PRIVATE_KEYS,
  new RegExp(String.raw`()\b(?:${TOKENS.join("|")})()`, "g"),
  valueAfter(String.raw`(?:x-api-key|authorization)["']?\s*:\s*["']?(?:(?:${SCHEMES})[ \t]+)?`),
  /(\bcookie["']?\s*:\s*["']?)[^\r\n"']+()/gi,
  /\b((?:bearer|basic)\s+)[\w.~+/=-]{6,}()/gi,
  // A scheme is short: one without a bound costs the square of a long word.
  /([a-z][a-z0-9+.-]{0,19}:\/\/[^\s:/@"']*:)[^\s/"']+(@)/gi,
  /(\bhttps?:\/\/)[^\s:/@"']{20,}(@)/gi,
  /(\b(?:hooks\.slack\.com\/\w+|discord(?:app)?\.com\/api\/webhooks)\/)[^\s"']+()/gi,
  /(\bapi\.telegram\.org\/bot)[^\s"'/]+()/gi,
  /([?&;](?:sig|signature|x-amz-signature)=)[^\s"'&;]+()/gi,
  ...BEFORE_VALUES.map(({ prefix, flags }) => valueAfter(prefix, flags)),
  ...BEFORE_WORDS.flatMap(({ prefix, flags }) => wordAfter(prefix, flags)),
  // Behind it, or the next word of a list: of JSON, of YAML, of a process.
  ...wordAfter(
    String.raw`--(?:[\w-]{0,40}?${ANY_NAME}|[\w-]{0,20}?pass|${OF_REDIS})` +
      String.raw`(?:[ \t=\0]\s*|\\*["']\s*,\s*\\*(?=["'])|["']?[ \t]*\n[ \t]*-[ \t]+)(?!["']?--)`,
  ),
  new RegExp(String.raw`(<[\w:.-]{0,40}?${ANY_NAME}(?:\s[^<>\n]{0,200})?>)[^<\n]+(</)`, "gi"),
  // As redis-cli prints names and values, a line each.
  new RegExp(String.raw`(^${OF_REDIS}\r?\n)(?!\[redacted\]$|\$\d)[^\r\n]+()`, "gim"),
  valueAfter(
    String.raw`(?:^|[\s"'_-])${OF_REDIS}` +
      String.raw`(?:["']?(?:\s*(?:=>|[:=])\s*|[ \t]+)|["'],(?=["'])|["']\s+)` +
      String.raw`(?:\d{1,6}\) )?(?:-\s+)?`,
  ),
  new RegExp(
    String.raw`((?:^|["'\s:/])_?auth["']?\s*[:=]\s*["']?)(?=[a-z+/]*[A-Z\d])` +
      String.raw`[A-Za-z\d+/]{12,}={0,2}(?![\w-])()`,
    "gm",
  ),
  // In a sentence: letters and digits, or it is a word of the sentence.
  new RegExp(
    String.raw`(\b(?:password|passwd|passphrase|secret|token)[ \t]+(?:(?:is|was)[ \t]+)?["']?)` +
      String.raw`(?=[^\s\d"']{0,40}\d)(?=[^\s"']{0,40}[a-z])[\w!@#$%^*+/=~]{8,200}(?![\w.:{}/-])()`,
    "gi",
  ),
  valueAfter(
    String.raw`\b(?:password|passwd|passphrase|secret|token)[ \t]+(?:is|was)[ \t]*[:=][ \t]*` +
      String.raw`(?=["']?[^\s\d"']{0,40}\d)`,
  ),
  // What is kept of a password in place of it; compose doubles the sign.
  /(\${1,2}(?:apr1|[156y]|2[abxy]?|argon2\w{1,2}|scrypt)\$)[\w./$=,+-]{20,}()/g,
  valueAfter(String.raw`\bidentified\s+by\s+(?:password\s+)?(?=["'])`),
  // As Go names a database.
  /([\w.-]:)[^\s:/"']+(@(?:tcp|unix)\()/g,
  /((?<!\w)-pass(?:in|out)?["']?[ \t=,]+["']?pass:)[^\s"']+()/g,
  // Of a .netrc, on a line or on several.
  valueAfter(
    String.raw`\b(?:machine\s{1,80}\S{1,200}|default)` +
      String.raw`(?:\s{1,80}(?:login|account)\s{1,80}\S{1,200}){0,2}\s{1,80}password\s{1,80}`,
  ),
  /(\bcurl\b[^\n|;]{0,200}?\s(?:-u|--user)[ =]?["']?[^\s:/"']+:)[^\s"']+()/g,
  /(\bmysql(?:admin|dump)?\b[^\n|;]{0,200}?\s-p)[^\s"']+()/g,
  valueAfter(
    String.raw`\b(?:(?:redis|valkey|keydb)-cli\b[^\n|;&]{0,200}?\s-a|sshpass\s+-p)\s*`,
    "g",
  ),
  /(\bAUTH[ \t]+(?!failed\b)[^\s"']+[ \t]+)[^\s"';|&]+(?=[ \t]*(?:$|["';|&]))()/gm,
  /(\bAUTH2["']?[ \t]+["']?[^\s"']+["']?[ \t]+["']?)[^\s"']+()/gi,
  // A user, where one is sent, as well as the password.
  new RegExp(`(${WORD}AUTH2?${SENT})${SENT_WORD}()`, "gi"),
  new RegExp(`(${WORD}AUTH2?${SENT}${SENT_WORD}${SENT})${SENT_WORD}()`, "gi"),
  new RegExp(`(${WORD}${OF_REDIS}${SENT})${SENT_WORD}()`, "gi"),
  new RegExp(`(${WORD}setuser${SENT}[^"']{0,300}?${SENT}[>#])${SENT_WORD}()`, "gi"),
  /(\bHELLO[ \t]+\d[ \t]+AUTH[ \t]+\S+[ \t]+)\S+()/gi,
  /("AUTH" "[^"\s]+" ")[^"]+(")/g,
  /(\bAUTH["']?[ \t]+["']?)(?!failed\b|<)[^\s"']+()/g,
  /(\bauth-pass["']?\s+["']?[^\s"']+["']?\s+["']?)[^\s"']+()/gi,
  new RegExp(
    String.raw`(\s(?:>|#(?=[0-9a-f]{64})))(?=[^\s"'])` +
      String.raw`(?<=\b(?:setuser\s|user\s\S{1,60}\s(?:on|off)\s)[^\n]{0,300})[^\s"']+()`,
    "gi",
  ),
];

/** Of a prefix and the quotes that may open a value. */
function valueAfter(prefix: string, flags = "gi"): RegExp {
  return new RegExp(String.raw`(${prefix}(?:\\+["']|["'])?)${NO_SECRET}${VALUE}()`, `${flags}m`);
}

/** The same of the shell, for which a word goes on behind a comma. */
function wordAfter(prefix: string, flags = "gi"): readonly RegExp[] {
  return [
    valueAfter(prefix, flags),
    new RegExp(String.raw`(${prefix})[^\s"']*[^\s"',;]()`, `${flags}m`),
  ];
}
