import type { Page } from "./page.ts";
import { tour as english } from "./english.ts";
import { tour as chinese } from "./chinese.ts";

/**
 * The answer to a question, in Chinese when there is Chinese in it.
 *
 * @param first whether it is the first of the conversation
 */
export function pageFor(question: string, first: boolean): Page {
  const tour = /\p{Script=Han}/u.test(question) ? chinese : english;
  const found = tour.pages.find(({ words }) => words.test(question));
  const page = (found?.page ?? tour.otherwise)(question);
  return first ? { ...page, answer: `${tour.notice}\n\n${page.answer}` } : page;
}
