// A value as others may write it: quoted in JSON, in a URL, in base64 or in hexadecimal digits.

/** Fewer encoded characters are a word of the language rather than a secret. */
const FORM_LENGTH_MIN = 8;

/** The value itself first; equal forms once. */
export function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const quoted = JSON.stringify(secret).slice(1, -1);
  const encoded = [
    ...[quoted, JSON.stringify(quoted).slice(1, -1)],
    ...[
      encodeURIComponent(secret.toWellFormed()),
      new URLSearchParams({ s: secret }).toString().slice(2),
    ],
    ...[bytes.toHex(), bytes.toHex().toUpperCase()],
    ...[0, 1, 2].flatMap((before) => base64Of(bytes, before)),
  ];
  return [...new Set([secret, ...encoded.filter((form) => form.length >= FORM_LENGTH_MIN)])];
}

/** What is the same whatever stands before and behind it, where so many bytes stand before. */
function base64Of(bytes: Uint8Array, before: number): readonly string[] {
  const padded = new Uint8Array(before + bytes.length);
  padded.set(bytes, before);
  const own = padded
    .toBase64()
    .slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
  return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
}
