import type { ProviderBatchWords } from "../types.ts";

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

export const providerBatchWords: ProviderBatchWords = {
  part: ({ part }) => `part ${part}`,
  noTools: ({ provider }) =>
    `Tools and web searches don't run in a batch at ${provider}: the model answers without them.`,
  cut: ({ items, total }) =>
    `The cost limit allows ${items} of ${total} items for now. The rest follows once they are answered, as far as the money goes.`,
  created: ({ id, provider, items, size }) => `Batch ${id} at ${provider}: ${items} items (${size}).`,
  status: ({ id, status, counts }) => {
    if (counts === null) return `${id}: ${status}`;
    const failed = counts.failed > 0 ? `, ${counts.failed} failed` : "";
    return `${id}: ${status} · ${counts.completed} of ${counts.total} done${failed}`;
  },
  collected: ({ id, status, answered, failed, left }) => {
    const parts = [
      `${answered} answered`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(left > 0 ? [`${left} without a result`] : []),
    ];
    return `${id}: ${status} · ${parts.join(", ")}`;
  },
  oddLines: ({ id, unknown, doubled, unreadable }) => {
    const parts = [
      ...(unknown > 0 ? [`${unknown} with unknown ids`] : []),
      ...(doubled > 0 ? [`${doubled} repeated`] : []),
      ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ];
    return `${id}: result lines left out: ${parts.join(", ")}.`;
  },
  filesGone: ({ id, files }) => `${id}: ${counted(files, "result file")} no longer there.`,
  mistake: ({ line, code, message }) => {
    const text = [code, message].filter((part) => part !== "").join(": ");
    return line === null ? text : `line ${line}: ${text}`;
  },
  paused: ({ reason, time }) => `${reason} Trying again in ${time}; the batches go on.`,
  goesOn: ({ provider, ids }) =>
    `${counted(ids.length, "batch").replace(/batchs$/u, "batches")} still running at ${provider}: ${ids.join(", ")}. Run the same command again to wait for the results, or on any machine: deepseek-chat batch status --id ${ids[0] ?? ""} -p ${provider} -o <file>`,
  alsoRunning: ({ provider, batches }) =>
    `${batches === 1 ? "A batch" : `${batches} batches`} of this output may still be running at ${provider}: items answered here as well are paid for twice. To wait instead, add --at-provider.`,
  otherProvider: ({ id, model, provider }) =>
    `Item ${id} names ${model}, which isn't at ${provider}. A batch at a provider has only its own models.`,
  overAlready: ({ id }) => `${id} has ended already: there is nothing to cancel.`,
  expires: ({ time }) => `expires ${time}`,
  downloadable: ({ id, provider }) =>
    `Download the results with: deepseek-chat batch status --id ${id} -p ${provider} -o <file>`,
  written: ({ path, answered, failed }) => `${answered} answered, ${failed} failed · ${path}`,
};
