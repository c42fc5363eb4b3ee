import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { PictureSource } from "../../batch/input/chat-messages.ts";
import { LineMistake } from "../../batch/input/record.ts";
import { expandHome } from "../../config/home.ts";
import { systemReason } from "../../errors.ts";
import { pictureForm } from "../../pictures/picture-form.ts";
import { nearPath, readRegular } from "../../files.ts";
import type { Engine } from "../engine.ts";

/** Bytes of a picture (api-docs.deepseek.com, vision). */
const maxBytes = 32 * 1024 * 1024;

/**
 * Pictures by `data:` and `http(s):` as they are; a path is that of a picture in the working folder, which goes along with its line. An
 * input may come from somebody else: no picture elsewhere, also by a link, is sent.
 */
export function pictureSource({ workingFolder }: Pick<Engine, "workingFolder">): PictureSource {
  return (url) => {
    if (/^(?:https?:\/\/|data:image\/)/iu.test(url)) return url;
    if (/^[a-z][a-z0-9+.-]+:/iu.test(url)) throw new LineMistake("bad_picture", url.slice(0, 80));
    const bytes = readPicture(workingFolder, url);
    const form = pictureForm(bytes);
    if (form === null || form.decoder === null) throw new LineMistake("bad_picture", url.slice(0, 200));
    return `data:${form.mediaType};base64,${bytes.toString("base64")}`;
  };
}

function readPicture(folder: string, url: string): Buffer {
  try {
    const path = realpathSync.native(resolve(folder, expandHome(url)));
    if (nearPath(realpathSync.native(folder), path) === null) {
      throw new LineMistake("picture_outside", url.slice(0, 200));
    }
    return readRegular(path, { maxBytes });
  } catch (error) {
    if (error instanceof LineMistake) throw error;
    throw new LineMistake("bad_picture", `${url.slice(0, 200)} (${systemReason(error)})`);
  }
}
