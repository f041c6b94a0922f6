// Every bug that is planted, one at a time.
import { GUARDING } from "./guarding.ts";
import type { Mutation } from "./mutation.ts";
import { PAGES } from "./pages.ts";
import { PEOPLE } from "./people.ts";
import { READINGS } from "./readings.ts";
import { RECORDS } from "./records.ts";
import { REPAIRS } from "./repairs.ts";
import { TICKETS } from "./tickets.ts";
import { VERIFICATION } from "./verification.ts";
import { WALLS } from "./walls.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...VERIFICATION,
  ...TICKETS,
  ...GUARDING,
  ...READINGS,
  ...PEOPLE,
  ...RECORDS,
  ...PAGES,
  ...REPAIRS,
  ...WALLS,
];
