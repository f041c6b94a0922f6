// How wide a terminal of today shows each character. xterm.js itself goes by Unicode 6, which had
// no emoji of two columns.
import type { IUnicodeVersionProvider } from "@xterm/headless";

/** Each character by itself: what joins pictures to one is no wider for it on every terminal. */
export const cellWidths: IUnicodeVersionProvider = {
  version: "as Bun has it",
  wcwidth,
  charProperties: (codePoint, preceding) => {
    const width = wcwidth(codePoint);
    const widthBefore = widthIn(preceding);
    const isJoined = width === 0 && widthBefore > 0;
    return propertiesOf({ width: isJoined ? widthBefore : width, isJoined });
  },
};

function wcwidth(codePoint: number): 0 | 1 | 2 {
  const width = Bun.stringWidth(String.fromCodePoint(codePoint));
  return width === 0 ? 0 : width === 1 ? 1 : 2;
}

// xterm.js src/common/services/UnicodeService.ts: bit 0 is "joined", bits 1 and 2 are the width.

function widthIn(properties: number): number {
  return (properties >> 1) & 3;
}

function propertiesOf(cell: { readonly width: number; readonly isJoined: boolean }): number {
  return (cell.width << 1) | (cell.isJoined ? 1 : 0);
}
