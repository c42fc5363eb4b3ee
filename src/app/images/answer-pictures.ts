import type { ChatEvent } from "../../chat/events.ts";
import type { ImagePart } from "../../chat/messages.ts";
import { AppError, asAppError, type PictureRefusal } from "../../errors.ts";
import { maxSentPixels } from "../../pictures/outgoing-picture.ts";
import { pictureSize, sizeText } from "../../pictures/picture-size.ts";
import { withoutMetadata } from "../../pictures/metadata.ts";
import { PictureFault } from "../../pictures/picture-fault.ts";
import { pictureForm } from "../../pictures/picture-form.ts";
import type { WebPages } from "../web/web-page.ts";
import { endingOf } from "./picture-data.ts";

/** What fetches pictures; the engine is one. */
export interface PictureFetcher {
  readonly pages: () => Promise<WebPages>;
}

/** Bytes of one picture. */
const maxBytes = 64 * 1024 * 1024;

/** Where a picture comes from, and its number in the answer, from 1. */
interface PictureOrigin {
  readonly provider: string;
  readonly baseUrl: string;
  readonly number: number;
  /** Takes secrets out of what is shown. */
  readonly shown: (text: string) => string;
}

/**
 * Brings a picture of an answer here, whole: what has an address is fetched at once, as it may live for an hour alone, without the
 * key, and only where anybody could fetch it or from the service itself. What is no picture costs itself alone.
 *
 * @returns the event with the picture in it; or why there is none
 */
export async function bringPicture(
  source: PictureFetcher,
  event: Extract<ChatEvent, { type: "image" }>,
  { provider, baseUrl, number, shown }: PictureOrigin,
  signal: AbortSignal,
): Promise<ChatEvent> {
  const { url } = event.image;
  try {
    const bytes = await bytesOf(source, url, new URL(baseUrl).origin, signal);
    return { ...event, image: await pictureOf(bytes, number) };
  } catch (error) {
    const known = asAppError(error);
    if (known.code === "interrupted") return { type: "error", error: known };
    return { type: "image_lost", error: lost(known, provider, shown(url)) };
  }
}

async function bytesOf({ pages }: PictureFetcher, url: string, origin: string, signal: AbortSignal): Promise<Buffer> {
  const [, base64] = /^data:[^,]*;base64,(.*)$/isu.exec(url) ?? [];
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  const { bytes } = await (await pages()).download(url, { maxBytes, origin }, signal);
  return bytes;
}

/** @throws AppError `picture_lost` for what is no whole picture, of a form that is not usual, or too large for any program to show */
async function pictureOf(bytes: Buffer, number: number): Promise<ImagePart> {
  const form = pictureForm(bytes);
  if (form === null) throw unusable(reasonOf(bytes), "");
  if (!form.isSent) throw unusable("form", form.name);
  const size = await pictureSize(bytes);
  if (size !== null && size.width * size.height > maxSentPixels) throw unusable("huge", sizeText(size));
  try {
    // Of one that is cut short the end is missed.
    withoutMetadata(bytes, form);
  } catch (error) {
    if (error instanceof PictureFault) throw unusable("broken", "");
    throw error;
  }
  const { mediaType } = form;
  const name = `picture-${number}.${endingOf(mediaType)}`;
  return { type: "image", name, url: `data:${mediaType};base64,${bytes.toString("base64")}` };
}

function reasonOf(bytes: Buffer): PictureRefusal {
  if (bytes.length === 0) return "empty";
  const start = bytes.toString("utf8", 0, 200).trimStart();
  return /^(?:<!doctype html|<html|<head|<body)/iu.test(start) ? "page" : "other";
}

function unusable(reason: PictureRefusal, detail: string): AppError<"picture_lost"> {
  return new AppError("picture_lost", { provider: "", reason, detail, url: "" });
}

/** What became of one picture, with where it was: a person may still open it. */
function lost(error: AppError, provider: string, address: string): AppError {
  const url = address.startsWith("data:") ? "" : address;
  if (error.code !== "picture_lost" && error.code !== "url_unreadable") return error;
  const { reason, detail = "" } = error.details as LossDetails;
  return new AppError("picture_lost", { provider, reason, detail, url }, { cause: error });
}

/** What the two errors have in common. */
type LossDetails = Partial<AppError<"picture_lost">["details"]> & Pick<AppError<"picture_lost">["details"], "reason">;
