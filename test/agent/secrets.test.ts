// What looks like a secret, in whatever form it is written, and what only nearly does.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createRedactor } from "../../src/agent/redact.ts";

const redact = createRedactor(["my-secret-value", 'a "quoted"/secret+value?', "redacted"]);

const S = "S3cr3tVa1ueXYZ";

const SECRETS = [
  ...['{"dbPassword": "S"}', "clientSecret: S", "accessToken=S", "aws_session_token = S"],
  ...["SECRET_KEY_BASE=S", "encryption_key: S", "signing-key: S", "private_key_id=S", "pwd: S"],
  ...["DB_PASS=S", "db_pass: S", '"userPass":"S"', "user a;Password=S;", "MYSQL_PWD=S"],
  ...["name: DB_PASSWORD\n    value: S", '{"name":"X_TOKEN","value":"S"}', "password: |\n  S"],
  ...['<add key="Password" value="S"/>', "<password>S</password>", "password => 'a S'"],
  ...["X-Vault-Token: S", "Authorization: Token S", '"Authorization": "Bearer S"'],
  ...["Authorization: AWS4-HMAC-SHA256 Credential=S", "https://h/?a=1&api_key=S", "&sig=S"],
  ...["https://S0123456789@github.com/x", "https://hooks.slack.com/services/T0/B0/S"],
  ...["--auth-token S", "--client-secret=S", "--password 'a b S'", "--from-literal=password=S"],
  ...["--password=a,S run", "--token a;S", "FOO_KEY=a,S", "FOO_KEY='a S'"],
  ...["redis-cli -h h -a S ping", "redis-cli -a 'S' ping", "sshpass -p S ssh h"],
  ...["CONFIG SET requirepass S", '1) "requirepass"\n2) "S"', '"requirepass":"S"'],
  ...["user default on >S >S2 ~* +@all", "ACL SETUSER a on >x >S", "auth-pass mymaster S"],
  ...["echo AUTH user S | nc h 1", "HELLO 3 AUTH default S", "identified by 'S'", "password is S"],
  ...['"auth": "dXNlcjpTM2NyM3RWYTF1ZVhZWg=="', "//r/:_auth=dXNlcjpTM2NyM3RWYTF1ZVhZWg=="],
  ...["client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFUR", "hvs.CAESIabcdefghijklmnop"],
  ...[
    '1# "masterauth" => "S"',
    '2# "tls-key-file-pass" => "S"',
    '177) "masterauth"\n178) "S"',
    '"masterauth","S"',
    "tls-key-file-pass\nS",
    "primaryauth S",
  ],
  ...['["redis-server","--requirepass","S"]', "['--password', 'S']", "--requirepass\0S\0--x\0"],
  ...[
    '"--token",\n    "S"',
    "- --requirepass\n  - S",
    '- "--pass"\n  - "S"',
    '\\"--pass\\",\\"S\\"',
  ],
  ...['"Test": ["CMD", "redis-cli", "-a", "S"]', '"Cmd":["-pS"]', '"Args": [\n "--key=S"'],
  ...["adm:$apr1$c0ffee$S0123456789012345678", "adm:$$2y$05$S0123456789012345678"],
  ...["DB_PASS: S", '"SMTP_PASS": "S"', "DB_PASS = S", "- DB_PASS: S", "{DB_PASS: S, USER: x}"],
  ...["REDIS_AUTH: S", '"redisAuth":"S"', "redis_auth: S", "APP_KEY: base64:S", '"appKey":"S"'],
  ...['"SENTRY_DSN": "https://S@sentry.io/1"', "sentryDsn: S", "dsn = S", "WP_SALT=S"],
  ...[
    "PASS=S",
    "pass=a,S",
    "dbpass: S",
    "DBPASS=S",
    "DB_PW: S",
    "spring.mail.pass: S",
    '"pass":"S"',
  ],
  ...["auth:\n  pass: S\n", "env:\n  PASS: S", 'pass: "a S"', "DB_PASS: a,S", "password: a,S"],
  ...["set -gx DB_PASS S", "setenv X_TOKEN S", "<DB_PASS>S</DB_PASS>", "DB_PASS: |\n  S"],
  ...["name: DB_PASS\n    value: S", '{"name":"REDIS_AUTH","value":"S"}', "keytool -storepass S"],
  ...["net.ipv4.tcp_fastopen_key = S", "net.ipv4.tcp_fastopen_key = 1a2b-3c4d,S"],
  ...["net.ipv6.conf.eth0.stable_secret = S", "/proc/sys/net/ipv4/tcp_fastopen_key:S"],
  ...["machine h login bob password S", "machine h\n  login b\n  password S", "password is: S"],
  ...["redis://:pa@S@host:6379/0", "root:S@tcp(127.0.0.1:4000)/x", "openssl rsa -passin pass:S"],
  ...["MIGRATE h 1 k 0 9 AUTH2 bob S", "$4 AUTH $7 S", "AUTH\r\n$3\r\nbob\r\n$7\r\nS\r\n"],
  ...['"*2\\r\\n$4\\r\\nAUTH\\r\\n$7\\r\\nS\\r\\n"', "requirepass\r\n$7\r\nS\r\n"],
  ...["SETUSER\r\n$3\r\nbob\r\n$2\r\non\r\n$9\r\n>S\r\n", "glsa_-S0123456_12345678"],
  ...["dckr_pat_-S01234567", "xapp-1-A0-S", "whsec_-S0123456789"],
  ...['{\\"password\\": \\"a S\\"}', 'password="a S\nnext line', "token:abcdef123"],
];

for (const form of SECRETS) {
  const text = form.replace(/\bS(?=\d|\b)/g, S);
  test(`redacted: ${JSON.stringify(form)}`, () => {
    expect(redact(text)).toContain("[redacted]");
    expect(redact(text)).not.toContain(S);
  });
}

const HARMLESS = [
  ...[
    "tokens: 12",
    "token_bucket: 5",
    "key: rl:2:{acme}",
    "db0:keys=12,expires=3",
    "keyspace: hot",
  ],
  ...["api-key:acme", "rl:2:{api-key:acme}", '{"entity":"user-token:42"}', "secretName: tikv-tls"],
  ...['process_tokens{bucket="x"} 3', '"input_tokens":12,"max_tokens":4096', "--token-bucket 5"],
  ...['"token": null, "secret": false', '"master-key":{"type":"plaintext"}', '"password": ""'],
  ...["token expired, the password is wrong", "password authentication failed for user x"],
  ...["WRONGPASS invalid username-password pair or user is disabled.", "AUTH failed: WRONGPASS"],
  ...["ERR AUTH <password> called without any password configured", "PWD=/work OLDPWD=/work/a"],
  ...["GET /check?key=acme&cost=1", "region_key: 12 end_key=7480000001", "--password-file /run/x"],
  ...['["--password", "--verbose"]', '"Args": ["--port", "-p"]', "costs $1$ or $2$ a day"],
  ...['HOT_KEY = "hot"', "no ANTHROPIC_API_KEY is set: the model", "MAY_PASS: yes"],
  ...["redis-cli ping && ls -a some", "redis-cli info; ps -a u"],
  ...["PASS: some.test", "--- PASS: TestIt (0.01s)", "SOME_TESTS_PASS: 99.5%", "second-pass: 3.2s"],
  ...["errorstat_WRONGPASS:count=5", "errorstat_NOAUTH:count=1", "cmdstat_auth:calls=3"],
  ...["bypass=north", "compass: north", "trespass = north", "pass: all invariants hold", "pass=12"],
  ...["REDIS_AUTH: required", "start_key: 7480000001", "client_auth: optional", "{USER_KEY:acme1}"],
  ...["*1\r\n$4\r\nPING\r\n", "spf=pass dkim=pass", '"pass": true', "X_PASS:\n  on: true"],
  ...["auth: required, bypass: true", "first_pass: 3", "user 1000 on node1 wrote 5 > 3"],
];

for (const text of HARMLESS) {
  test(`kept: ${JSON.stringify(text)}`, () => {
    expect(redact(text)).toBe(text);
  });
}

const WORDS = [
  ...[S, "[redacted]", "redacted", "my-secret-value", "AUTH", "user", "on", "setuser", "HELLO 3"],
  ...["password", "dbPassword", "token", "api-key", "private_key", "secret", "credentials"],
  ...["name", "value", "requirepass", "auth-pass", "curl", "-u", "u:p", "mysql", "-p", "--token"],
  ...["redis-cli", "-a", "sshpass", "Authorization", "Bearer", "cookie", "FOO_KEY", "redis://"],
  ...["u:p@h", '"Env": [', '"A=b"', "is", "|\n", "true", "identified by", "_auth", "%3D", "\\n"],
  ...[
    "DB_PASS",
    "REDIS_AUTH",
    "APP_KEY",
    "dbpass",
    "pass",
    "dsn",
    "AUTH2",
    "\r\n$7\r\n",
    "AUTH $4 ",
  ],
  ...["machine h", "login u", "set X_KEY", "yes", "@tcp(", "-passin pass:"],
  ...["-----BEGIN A PRIVATE KEY-----", "-----END A PRIVATE KEY-----", "A".repeat(24), "QQ=="],
];
const MARKS = [..." \n\t:=\"'\\,;&?/@[]{}<>|#-_."];
const PIECE = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 4, arbitrary: fc.constantFrom(...MARKS, " ", " ", ": ") },
  { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
);

test("what has been redacted stays as it is", () => {
  const text = fc.array(PIECE, { maxLength: 14 }).map((pieces) => pieces.join(""));
  const isStable = (once: string) => redact(once) === once;
  fc.assert(
    fc.property(text, (any) => isStable(redact(any))),
    { numRuns: 20_000 },
  );
});

test("what a long secret stood between is seen as soon as it is gone", () => {
  const once = redact(`user bob on >${"x".repeat(400)} >${S}`);
  expect([once, redact(once)]).toEqual(Array(2).fill("user bob on >[redacted] >[redacted]"));
});

// Each by the square of its length would take minutes: far more than a test may.
const LONG = [
  ...["token ", "password=a ", "curl -", "user a on >", " >", "AUTH a ", "--a", "<a", "A_", "a://"],
  ...[
    "requirepass ",
    "token , ",
    '"Env": [ "',
    `${"A".repeat(24)}\n`,
    "secret_key",
    "token\\",
    "eyJ",
    ...["pass", "A_PASS", "AUTH $4 a ", "setuser $1 a ", "machine a login ", "dbpass: a,", "a:b"],
  ],
];

test("what a text costs grows with its length, not faster", () => {
  for (const piece of LONG) {
    const text = piece.repeat(300_000 / piece.length);
    expect(redact(`${text}\npassword=${S}`)).not.toContain(S);
  }
});
