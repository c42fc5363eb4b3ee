import type { TuningWords } from "../types.ts";

export const tuningWords: TuningWords = {
  keys: "q: leave, the job runs on",
  loss: { train: ({ loss }) => `training loss ${loss}`, valid: ({ loss }) => `validation loss ${loss}` },
  step: ({ step, steps }) =>
    steps === null || steps < step ? `step ${step}` : `step ${step} of ${steps} (${Math.floor((step / steps) * 100)}%)`,
  left: ({ time }) => `${time} left`,
  watching: ({ id, provider, model }) => `Watching ${id} at ${provider}${model === null ? "" : ` (${model})`}`,
  status: ({ status }) => `Status: ${status}`,
  paused: ({ reason, time }) => `${reason} Trying again in ${time}; the job runs on.`,
  resumed: () => "Connected again.",
  goesOn: ({ id }) => `The job runs on. Watch it again with: deepseek-chat finetune watch ${id}`,
  succeeded: ({ id, model }) => `${id} succeeded: ${model ?? "the service names no model"}`,
  useIt: ({ id }) => `Give the model a name and chat with it: deepseek-chat finetune use ${id} <name>`,
  billed: ({ tokens, cost }) => `${tokens} tokens trained · ${cost ?? "cost unknown"}`,
  created: ({ id, provider, model }) => `Created fine-tuning job ${id} at ${provider} (${model}).`,
  found: ({ id, provider, model }) =>
    `Fine-tuning job ${id} (${model}) is at ${provider} already: an earlier request created it, and no other was made.`,
  watchIt: ({ id }) => `Watch it with: deepseek-chat finetune watch ${id}`,
  reused: ({ file, id }) => `${file} is uploaded already (${id}).`,
  planned: ({ model, provider, files }) =>
    `Fine-tune ${model} at ${provider} with ${files.map(({ file, size }) => `${file} (${size})`).join(", ")}`,
  cost: ({ tokens, epochs, cost }) => {
    const times = epochs === null ? " an epoch" : epochs === 1 ? "" : ` × ${epochs} epochs`;
    return `about ${tokens} tokens${times} · ${cost === null ? "cost unknown" : `about ${cost}${epochs === null ? " an epoch" : ""}`}`;
  },
  busy: "Another program is creating this very job.",
  costUnknown: "cost unknown",
  create: "Create the job?",
  createAnother: "Create another job?",
  notCreated: "No job created.",
  noJobs: "No fine-tuning job is known on this machine. Name one: deepseek-chat finetune watch <job> -p <provider>",
  noModel: "Name the model to fine-tune with -m.",
  noFile: "Name a file with examples, or the id of an uploaded one: --set training_file=<id>",
  noSuchThing: {
    list: ({ provider }) => `${provider} has no list of jobs in this form.`,
    checkpoints: ({ provider }) => `${provider} has no checkpoints in this form.`,
    cancel: ({ provider }) =>
      `${provider} has no way to cancel a job in this form. Add one to the config file: providers.${provider}.fine_tuning.cancel`,
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
    `${name} stands for ${target} already. Choose another name, or replace it with --force.`,
  replaceAlias: ({ name, target }) => `${name} stands for ${target}. Replace it?`,
  used: ({ name, model }) => `${name} stands for ${model} now.`,
  chat: ({ name }) => `Chat with it: deepseek-chat -m ${name}`,
};
