// The story of each subject that has one.
import type { Chapter } from "../chapter.ts";
import { limiterChapters } from "./ratelimiter.ts";
import { tikvChapters } from "./tikv.ts";

export const CHAPTERS: Readonly<Record<string, readonly Chapter[]>> = {
  tikv: tikvChapters,
  ratelimiter: limiterChapters,
};
