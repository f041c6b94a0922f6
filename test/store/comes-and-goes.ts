// Another process that opens a database, writes one ticket to it, and ends: path and entity.
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { hurriedClock } from "../support/hurried-clock.ts";
import { openTicket } from "./room.ts";

const [, , path = "", entity = ""] = process.argv;
using store = TicketOpsDB.open({ path, clock: hurriedClock() });
await openTicket(store, entity);
