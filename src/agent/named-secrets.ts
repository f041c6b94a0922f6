// What secrets are called, and what stands between a name and its value: in a shell, in YAML, in
// JSON, in settings. A name is one in any case; what is a word of sentences as well, and `auth` and
// `key` most of all, must be written as names are.

/** Of whatever the name begins with: PGPASSWORD, dbPassword, spring.datasource.password. */
const PASSWORD = "(?:pass(?:word|wd|phrase)|pwd(?!=/)|secret|credentials?)";
const KEY_OF =
  "(?:api|private|access|secret|encryption|decryption|signing|shared|master|account|auth|client|" +
  "ssh|deploy|hmac|cipher|crypto|app|application|license|jwt|webhook)";
const TOKEN = `(?:token|${KEY_OF}[_-]?key)`;
const REST = "(?:[_-]?(?:key|base|base64|b64|data|value|text|string|id)){0,3}";
/** A tenant's key, such as `api-key:acme`, is a name, and no secret. */
const PART_OF_KEY = String.raw`(?!:(?:[A-Za-z]{1,20}|\d{1,9})(?![^\s"'\\,;&:)\]}]))`;
const NAME = `(?:${PASSWORD}${REST}|${TOKEN}${REST}${PART_OF_KEY})`;

/** A block of YAML begins on the next line. */
const BLOCK = String.raw`(?:[|>][+-]?[ \t]*\n\s*)?`;
const IS = String.raw`\\*["']?\s*(?::=|=>|[:=]|%3[AaDd])\s*${BLOCK}`;
/** Names that are shorter words of the language have their values beside them. */
const IS_BESIDE = String.raw`\\*["']?[ \t]*(?::=|=>|[:=]|%3[AaDd])[ \t]*${BLOCK}`;
/** The `:` within a key of a database has no space behind it. */
const IS_APART = String.raw`(?:\\*["'][ \t]*[:=]|:(?=[ \t])|[ \t]*(?:=>?|:=))[ \t]*${BLOCK}`;

/** How often something passed, or whether: no secret. */
const FLAG =
  String.raw`(?![\\"']*(?:(?:yes|no|on|off|ok|any|all|basic|enabled|disabled|required|optional` +
  "|true|false|null|none|nil|undefined|~)" +
  String.raw`|\d{1,6}(?:\.\d{1,6})?(?:%|[mun]?s|[mh]|[KMG]i?B)?)(?![\w.-]))`;

/** Their words do not end in what is short for a password. */
const WORDS = "bad|by|com|encom|high|low|multi|no|one|out|over|single|sur|tres|two|under|wrong";
// What begins a name is looked for behind it: few texts have the end of one.
const PASS =
  String.raw`(?:pass(?<=[._-]pass|(?<![a-z\d])(?!(?:${WORDS})pass)[a-z\d]{1,20}pass)` +
  "|pw(?<=[._-]pw))";
const DSN = String.raw`dsn(?<![a-z\d]dsn)`;
/** As variables are named; logs have keys of regions in small letters. */
const VARIABLE =
  String.raw`(?:KEY|AUTH|PASS|DSN|SALT)(?<=\b[A-Z][A-Z\d_]{0,60}_[A-Z]{3,4})` +
  String.raw`(?:_BASE(?:64)?)?(?![A-Z\d_])`;
/** Shorter ones are the names of keys. */
const SIX = String.raw`(?=[\\"']*[^\s"'\\,;&]{6})`;
/** Letters and digits, or it says how somebody is known. */
const MIXED =
  String.raw`(?=[\\"']*[\w!@#$%^*+=~-]{8})(?=[\\"']*[^\s"'\\\d]{0,40}\d)` +
  String.raw`(?=[\\"']*[^\s"'\\A-Za-z]{0,40}[A-Za-z])`;

/** In any case. */
export const ANY_NAME = `(?:${NAME}|${PASS}|${DSN})`;

/** Of a list of settings: {"name": "DB_PASS", "value": …}. */
const ITS_VALUE = String.raw`\\*["']?[\s,]{1,80}\\*["']?value\\*["']?\s*[:=]\s*`;
/** Of a line of YAML, which goes on behind a comma. */
const OF_LINE =
  String.raw`:(?<=^[ \t]*(?:-[ \t]+)?[\w.-]{1,80}:)[ \t]+${FLAG}` +
  String.raw`(?!\[(?!redacted\])|[{|>&*!])`;

export interface Before {
  readonly prefix: string;
  readonly flags?: string;
}

/** What stands before a value that ends as it does where it is written. */
export const BEFORE_VALUES: readonly Before[] = [
  { prefix: NAME + IS },
  { prefix: ANY_NAME + ITS_VALUE },
  { prefix: VARIABLE + ITS_VALUE, flags: "g" },
  { prefix: `(?:${PASS}|${DSN})${IS_BESIDE}${FLAG}` },
  { prefix: `[a-z](?:Pass|Pw|Dsn)${IS_BESIDE}${FLAG}`, flags: "g" },
  { prefix: String.raw`["']pass\\*["'][ \t]*(?:=>|[:=])[ \t]*${FLAG}` },
  { prefix: `${VARIABLE}${IS_APART}${FLAG}${SIX}`, flags: "g" },
  { prefix: `(?:[_-]auth|[a-z]Auth)${IS_APART}${FLAG}${MIXED}`, flags: "g" },
  // Of a list or a block of YAML, and not of a report, which begins its lines with PASS.
  {
    prefix:
      String.raw`^(?:[ \t]+(?:-[ \t]+)?(?:pass|PASS)|pass):[ \t]+${FLAG}` +
      String.raw`(?=["']|\S+[ \t]*$)`,
    flags: "g",
  },
];

/** What stands before a word of the shell, which goes on behind a comma. */
export const BEFORE_WORDS: readonly Before[] = [
  { prefix: `${VARIABLE}=`, flags: "g" },
  { prefix: String.raw`(?<![\w-])pass=${FLAG}` },
  { prefix: ANY_NAME + OF_LINE },
  // The kernel's own, and the one before it, a comma apart.
  { prefix: String.raw`\btcp_fastopen_key${IS}` },
  { prefix: VARIABLE + OF_LINE + SIX, flags: "g" },
  { prefix: String.raw`(?<![\w-])-[a-z]{0,12}pass(?:word)?[ \t]+(?!["']?(?:-|pass:))`, flags: "g" },
  {
    prefix:
      String.raw`\bset(?:x|env)?[ \t]+(?:-[a-zA-Z]{1,4}[ \t]+){0,3}[A-Z][A-Z0-9_]{0,60}` +
      String.raw`(?:_KEY|AUTH|PASS|DSN|PASSWORD|SECRET|TOKEN)[ \t]+`,
    flags: "g",
  },
];
