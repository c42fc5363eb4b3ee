import type {
  BatchProgressWords,
  BatchWords,
  FileWords,
  HelpExamples,
  Language,
  ProviderBatchWords,
  QueueWords,
  SchemaWords,
  TrainingWords,
  TuningWords,
  UploadWords,
  Words,
} from "./types.ts";

/** The words of one language; the other is not loaded. */
export async function loadWords(language: Language): Promise<Words> {
  return language === "zh" ? await import("./zh/all.ts") : await import("./en/all.ts");
}

/** The examples of `--help`, which nothing else needs. */
export async function loadHelpExamples(language: Language): Promise<HelpExamples> {
  const { helpExamples } =
    language === "zh" ? await import("./zh/help-examples.ts") : await import("./en/help-examples.ts");
  return helpExamples;
}

/** What is said of answers that do not fit their schema. */
export async function loadSchemaWords(language: Language): Promise<SchemaWords> {
  const { schemaWords } = language === "zh" ? await import("./zh/schema.ts") : await import("./en/schema.ts");
  return schemaWords;
}

/** What is said of batches. */
export async function loadBatchWords(language: Language): Promise<BatchWords> {
  const { batchWords } = language === "zh" ? await import("./zh/batch.ts") : await import("./en/batch.ts");
  return batchWords;
}

/** What is said of batches on a queue. */
export async function loadQueueWords(language: Language): Promise<QueueWords> {
  const { queueWords } = language === "zh" ? await import("./zh/batch-queue.ts") : await import("./en/batch-queue.ts");
  return queueWords;
}

/** What is said of how a batch stands. */
export async function loadBatchProgressWords(language: Language): Promise<BatchProgressWords> {
  const { batchProgress } =
    language === "zh" ? await import("./zh/batch-progress.ts") : await import("./en/batch-progress.ts");
  return batchProgress;
}

/** What is said of training files. */
export async function loadTrainingWords(language: Language): Promise<TrainingWords> {
  const { training } =
    language === "zh" ? await import("./zh/training-file.ts") : await import("./en/training-file.ts");
  return training;
}

/** What is said of a service's own batches. */
export async function loadProviderBatchWords(language: Language): Promise<ProviderBatchWords> {
  const { providerBatchWords } =
    language === "zh" ? await import("./zh/provider-batch.ts") : await import("./en/provider-batch.ts");
  return providerBatchWords;
}

/** What is said of a file on its way to a service. */
export async function loadUploadWords(language: Language): Promise<UploadWords> {
  const { uploadWords } = language === "zh" ? await import("./zh/upload.ts") : await import("./en/upload.ts");
  return uploadWords;
}

/** What is said of fine-tuning jobs. */
export async function loadTuningWords(language: Language): Promise<TuningWords> {
  const { tuningWords } = language === "zh" ? await import("./zh/tuning-jobs.ts") : await import("./en/tuning-jobs.ts");
  return tuningWords;
}

/** What is said of files that are sent to a service. */
export async function loadFileWords(language: Language): Promise<FileWords> {
  const { fileWords } = language === "zh" ? await import("./zh/files.ts") : await import("./en/files.ts");
  return fileWords;
}
