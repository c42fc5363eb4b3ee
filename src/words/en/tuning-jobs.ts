import type { TuningWords } from "../types.ts";

export const tuningWords: TuningWords = {
  keys: "q to quit · the job keeps running",
  loss: { train: ({ loss }) => `training loss ${loss}`, valid: ({ loss }) => `validation loss ${loss}` },
  step: ({ step, steps }) =>
    steps === null || steps < step ? `step ${step}` : `step ${step} of ${steps} (${Math.floor((step / steps) * 100)}%)`,
  left: ({ time }) => `${time} left`,
  watching: ({ id, provider, model }) => `Watching ${id} at ${provider}${model === null ? "" : ` (${model})`}`,
  status: ({ status }) => `Status: ${status}`,
  paused: ({ reason, time }) => `${reason} Trying again in ${time}; the job keeps running.`,
  resumed: () => "Reconnected.",
  goesOn: ({ id }) => `The job keeps running. Watch it again with: deepseek-chat finetune watch ${id}`,
  succeeded: ({ id, model }) => `${id} succeeded: ${model ?? "no model named by the service"}`,
  useIt: ({ id }) => `Give the model a name and chat with it: deepseek-chat finetune use ${id} <name>`,
  billed: ({ tokens, cost }) => `${tokens} tokens trained · ${cost ?? "cost unknown"}`,
  created: ({ id, provider, model }) => `Created fine-tuning job ${id} at ${provider} (${model}).`,
  found: ({ id, provider, model }) =>
    `Fine-tuning job ${id} (${model}) already exists at ${provider}: an earlier request created it, and no second one was created.`,
  watchIt: ({ id }) => `Watch it with: deepseek-chat finetune watch ${id}`,
  reused: ({ file, id }) => `${file} is already uploaded (${id}).`,
  planned: ({ model, provider, files }) =>
    `Fine-tune ${model} at ${provider} with ${files.map(({ file, size }) => `${file} (${size})`).join(", ")}`,
  cost: ({ tokens, epochs, cost }) => {
    const times = epochs === null ? " per epoch" : epochs === 1 ? "" : ` × ${epochs} epochs`;
    return `about ${tokens} tokens${times} · ${cost === null ? "cost unknown" : `about ${cost}${epochs === null ? " per epoch" : ""}`}`;
  },
  busy: "Another program is creating the same job.",
  costUnknown: "cost unknown",
  create: "Create the job?",
  createAnother: "Create another job?",
  notCreated: "No job created.",
  noJobs: "No fine-tuning job is known on this machine. Name one: deepseek-chat finetune watch <job> -p <provider>",
  noModel: "No model to fine-tune: name it with -m.",
  noFile: "No training file: name one, or the ID of an uploaded one: --set training_file=<id>",
  noSuchThing: {
    list: ({ provider }) => `${provider}'s fine-tuning API can't list jobs.`,
    checkpoints: ({ provider }) => `${provider}'s fine-tuning API has no checkpoints.`,
    cancel: ({ provider }) =>
      `No request for cancelling a job at ${provider} is known. Set providers.${provider}.fine_tuning.cancel in the config file.`,
  },
  columns: {
    job: "Job",
    status: "Status",
    model: "Model",
    tuned: "Fine-tuned model",
    created: "Created",
    tokens: "Tokens",
    step: "Step",
    train: "Training loss",
    valid: "Validation loss",
  },
  noneListed: ({ provider }) => `No fine-tuning jobs at ${provider}.`,
  noCheckpoints: ({ id }) => `No checkpoints of ${id}.`,
  statusOf: ({ id, status }) => `${id}: ${status}`,
  unfinished: ({ id, status }) =>
    `Job ${id} has no model yet (${status}). Watch it with: deepseek-chat finetune watch ${id}`,
  aliasTaken: ({ name, target }) =>
    `${name} is already an alias for ${target}. Choose another name, or replace it with --force.`,
  replaceAlias: ({ name, target }) => `${name} is already an alias for ${target}. Replace it?`,
  used: ({ name, model }) => `${name} is now an alias for ${model}.`,
  chat: ({ name }) => `Chat with it: deepseek-chat -m ${name}`,
};
