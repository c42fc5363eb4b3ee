"""Asks a model, prints the answer as it arrives and appends both to conversation.txt. Needs: pip install requests"""

import json
import os
import sys
from datetime import datetime

import requests

BASE_URL = os.environ.get("BASE_URL", "https://api.deepseek.com/v1")
API_KEY = os.environ.get("API_KEY", "")
MODEL = os.environ.get("MODEL", "deepseek-chat")


def pieces(question):
    response = requests.post(
        f"{BASE_URL}/chat/completions",
        headers={"Authorization": f"Bearer {API_KEY}"},
        json={"model": MODEL, "messages": [{"role": "user", "content": question}], "stream": True},
        stream=True,
        timeout=60,
    )
    response.raise_for_status()
    for line in response.iter_lines():
        if line.startswith(b"data: {"):
            for choice in json.loads(line[6:])["choices"]:
                yield choice["delta"].get("content") or ""


def label(name):
    return f"[{datetime.now():%Y-%m-%d %H:%M:%S}] {name}:\n"


def ask(question, file):
    file.write(f"{label('Question')}{question}\n\n{label('Answer')}")
    try:
        for piece in pieces(question):
            print(piece, end="", flush=True)
            file.write(piece)
            file.flush()
    except requests.RequestException as error:
        print(f"Request failed: {error}", file=sys.stderr)
    print()
    file.write("\n\n" + "-" * 40 + "\n")


def main():
    with open("conversation.txt", "a", encoding="utf-8") as file:
        if len(sys.argv) > 1:
            ask(" ".join(sys.argv[1:]), file)
            return
        while True:
            question = input("> ").strip()
            if question.lower() == "q":
                return
            ask(question, file)


if __name__ == "__main__":
    main()
