import { AppError } from "../../errors.ts";
import { cleanPicture, type OutgoingPicture } from "../../pictures/outgoing-picture.ts";
import { PictureFault } from "../../pictures/picture-fault.ts";
import type { PictureForm } from "../../pictures/picture-form.ts";
import type { Engine } from "../engine.ts";
import { beside } from "../worker/worker.ts";

/** Seconds that a picture may take; one of 48 million pixels takes five. */
const limit = 60;

/** Where pictures are made ready to be sent. */
export type PicturePlace = Pick<Engine, "stop" | "thread">;

/**
 * A picture as it is sent: without metadata, and converted and shrunk where services do not take it as it is. What takes long is done in
 * a thread of its own, which ends at once with `stop`, and whose memory is free again after it.
 *
 * @throws PictureFault; AppError `interrupted`
 */
export async function outgoingPicture(place: PicturePlace, bytes: Buffer, form: PictureForm): Promise<OutgoingPicture> {
  const clean = await cleanPicture(bytes, form);
  if (clean !== null) return clean;
  const stopped = (reason: "picture_slow" | "picture_huge") => () => new PictureFault(reason);
  const bounds = {
    idleTimeout: limit,
    limit,
    onSlow: stopped("picture_slow"),
    onMemory: stopped("picture_huge"),
  };
  for await (const result of beside(place, "picture", { bytes, form }, bounds)) {
    if (result.fault !== null) throw new PictureFault(result.fault.reason, result.fault.detail);
    const { bytes: sent, ...picture } = result.picture;
    return { ...picture, bytes: Buffer.from(sent.buffer, sent.byteOffset, sent.length) };
  }
  throw new AppError("interrupted", {});
}

/** A picture as a part of a message has it. */
export function dataUrl({ bytes, mediaType }: Pick<OutgoingPicture, "bytes" | "mediaType">): string {
  return `data:${mediaType};base64,${bytes.toString("base64")}`;
}
