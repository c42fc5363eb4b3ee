import { roles, type Role } from "./exchange-offsets.ts";

/** How many exchanges of a conversation were found by which of their texts, in the order of the roles. */
export type Tally = readonly number[];

/** Weight of a match by its place: a question about something is more relevant than an answer that mentions it. */
const weights: Readonly<Record<Role, number>> = { title: 5, question: 4, answer: 2, thinking: 1, notice: 1 };
const order = roles.map((role) => weights[role]);

const month = 30 * 24 * 3_600_000;

/**
 * How much a conversation is likely to be the one that is looked for. More of anything never makes it less, so that what is
 * found at most gives the highest it can be.
 *
 * @param age milliseconds since it was used last
 */
export function score(tally: Tally, age: number): number {
  let found = 0;
  for (let role = 0; role < tally.length; role++) {
    // The first mentions tell most.
    found += (order[role]! * tally[role]!) / (tally[role]! + 1);
  }
  return found + 1 / (1 + Math.max(0, age) / month);
}
