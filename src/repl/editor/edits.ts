import type { Draft } from "./draft.ts";
import { chunkStart, lineEnd, lineStart, nextCluster, previousCluster, wordEnd, wordStart } from "./motions.ts";
import { reworded, slice } from "./origin.ts";

type Edit = (draft: Draft) => void;

type Motion = (text: string, caret: number) => number;

function move(motion: Motion): Edit {
  return (draft) => draft.moveTo(motion(draft.text, draft.caret));
}

function erase(motion: Motion): Edit {
  return (draft) => {
    const other = motion(draft.text, draft.caret);
    if (other !== draft.caret) draft.replace(Math.min(other, draft.caret), Math.max(other, draft.caret), "");
  };
}

function kill(motion: Motion): Edit {
  return (draft) => {
    const other = motion(draft.text, draft.caret);
    draft.kill(Math.min(other, draft.caret), Math.max(other, draft.caret));
  };
}

/** At the border of a line the break itself, so that repeating the key goes on over it. */
function orBreak(border: Motion, beyond: Motion): Motion {
  return (text, caret) => {
    const place = border(text, caret);
    return place === caret ? beyond(text, caret) : place;
  };
}

function changeWord(change: (word: string) => string): Edit {
  return (draft) => {
    const end = wordEnd(draft.text, draft.caret);
    const word = slice(draft.written, draft.caret, end);
    draft.replace(draft.caret, end, reworded(word, change(word.text)));
  };
}

const textStart: Motion = () => 0;
const textEnd: Motion = (text) => text.length;

/** Commands that need nothing but the draft; their names are those of the table of keys. */
export const edits = {
  left: move(previousCluster),
  right: move(nextCluster),
  wordLeft: move(wordStart),
  wordRight: move(wordEnd),
  lineStart: move(lineStart),
  lineEnd: move(lineEnd),
  textStart: move(textStart),
  textEnd: move(textEnd),
  deleteLeft: erase(previousCluster),
  deleteRight: erase(nextCluster),
  killWordLeft: kill(wordStart),
  killWordRight: kill(wordEnd),
  killChunk: kill(chunkStart),
  killLineStart: kill(orBreak(lineStart, previousCluster)),
  killLineEnd: kill(orBreak(lineEnd, nextCluster)),
  yank: (draft) => draft.yank(),
  yankPop: (draft) => draft.yankPop(),
  transpose: (draft) => draft.transpose(),
  undo: (draft) => draft.undo(),
  newline: (draft) => draft.replace(draft.caret, draft.caret, "\n"),
  upperWord: changeWord((word) => word.toUpperCase()),
  lowerWord: changeWord((word) => word.toLowerCase()),
  capitalWord: changeWord((word) => word.toLowerCase().replace(/\p{L}/u, (letter) => letter.toUpperCase())),
} satisfies Record<string, Edit>;
