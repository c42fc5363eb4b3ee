import { openAsBlob } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import { type OpenAICall, type OpenAIService, pageSize, refusedStatus } from "../wire/openai-service.ts";
import { readUpload } from "./job-reader.ts";
import type { TuningService } from "./tuning-job.ts";

/** Milliseconds without a sign of life: a service may look at a whole file before it says that it has it. */
const uploadTimeout = 600_000;

/** Uploads of examples by OpenAI's `/files`, which services of both forms have. */
export function uploadsBy(service: OpenAIService): Pick<TuningService, "upload" | "findUpload"> {
  return {
    async upload({ path, name }, onSent, stop) {
      const { Files } = await import("openai/resources/files");
      const file = await contentOf(path, name);
      const create: OpenAICall = (client, options) => new Files(client).create({ purpose: "fine-tune", file }, options);
      const json = await service.ask(create, { stop, timeout: uploadTimeout, onSent }).catch(service.withoutRoute);
      return service.known(json, readUpload).id;
    },

    async findUpload({ name, size }, stop) {
      const { Files } = await import("openai/resources/files");
      const list = (after: object): OpenAICall => {
        return (client, options) =>
          new Files(client).list({ purpose: "fine-tune", limit: pageSize, ...after }, options);
      };
      try {
        for await (const file of service.listed(list, readUpload, stop)) {
          if (file.name === name && (file.size ?? size) === size) return file.id;
        }
      } catch (error) {
        // A service that lists no files takes the same file again.
        if (![404, 405, 501].includes(refusedStatus(error))) throw error;
      }
      return null;
    },
  };
}

/** A file that is read while it goes out. @throws AppError `input_unreadable` */
async function contentOf(path: string, name: string): Promise<File> {
  try {
    return new File([await openAsBlob(path)], name, { type: "application/jsonl" });
  } catch (error) {
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}
