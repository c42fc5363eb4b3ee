import type { ImagePart } from "../../chat/messages.ts";
import { type AnswerWriter, exactWriter, plainWriter } from "../../terminal/answer.ts";
import { renderedWriter } from "../../terminal/rendered-writer.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { PicturePlaces } from "../images/picture-places.ts";

/**
 * How an answer is written: rendered on a terminal, its exact text everywhere else; its pictures where they can be shown.
 *
 * @param places where pictures lie
 */
export function answerWriter(
  engine: Pick<Engine, "environment" | "keyPlaces" | "settings" | "workingFolder">,
  console: Console,
  places: PicturePlaces,
): AnswerWriter {
  const picture = async (image: ImagePart) => {
    const { showPicture } = await import("../images/picture-view.ts");
    await showPicture(engine, console, image, places.of(image));
  };
  return { ...textWriter(engine, console), picture };
}

function textWriter({ settings }: Pick<Engine, "settings">, { terminal }: Console): AnswerWriter {
  if (!terminal.outIsTerminal) return exactWriter(terminal);
  return settings.render ? renderedWriter(terminal) : plainWriter(terminal);
}
