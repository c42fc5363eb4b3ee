import { resolve } from "node:path";
import type { PictureSource } from "../../batch/input/chat-messages.ts";
import { LineMistake } from "../../batch/input/record.ts";
import { expandHome } from "../../config/home.ts";
import { systemReason } from "../../errors.ts";
import { readRegular } from "../../files.ts";
import { contentOf } from "../conversation/picture.ts";
import type { Engine } from "../engine.ts";

/** Bytes of a picture (api-docs.deepseek.com, vision). */
const maxBytes = 32 * 1024 * 1024;

/** Pictures by `data:` and `http(s):` as they are; a path is that of a picture on this machine, which goes along with its line. */
export function pictureSource({ workingFolder }: Pick<Engine, "workingFolder">): PictureSource {
  return (url) => {
    if (/^(?:https?:\/\/|data:image\/)/iu.test(url)) return url;
    if (/^[a-z][a-z0-9+.-]+:/iu.test(url)) throw new LineMistake("bad_picture", url.slice(0, 80));
    const bytes = readPicture(resolve(workingFolder, expandHome(url)), url);
    const content = contentOf(bytes);
    if (content.kind !== "picture" || !content.whole) throw new LineMistake("bad_picture", url.slice(0, 200));
    return `data:${content.mediaType};base64,${bytes.toString("base64")}`;
  };
}

function readPicture(path: string, url: string): Buffer {
  try {
    return readRegular(path, { maxBytes });
  } catch (error) {
    throw new LineMistake("bad_picture", `${url.slice(0, 200)} (${systemReason(error)})`);
  }
}
