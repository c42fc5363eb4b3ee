/** Raw text, with `@{` replaced by `${`, which JavaScript would interpolate. */
const shell = ({ raw }: TemplateStringsArray) => raw.join("").replaceAll("@{", "${");

/**
 * Completion scripts. Each passes the words of the line, verbatim and up to the caret, to the hidden command `complete-words` and
 * evaluates none of them: no `eval`, no `Invoke-Expression`. What comes back is one candidate a line, with a tab before its
 * description, and in the last line `:0` where the shell is to complete a file's name, `:4` where it is not.
 */
export const completionScripts = {
  // Bash cuts words at = and : too; they are put together again, and what stands before the last cut is taken off the candidates.
  bash: shell`# bash completion for deepseek-chat
__deepseek_chat_complete() {
  local rest=@{COMP_LINE:0:COMP_POINT} words=() count=0 i word blank current directive line
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=@{COMP_WORDS[i]}
    blank=@{rest%%[![:space:]]*}
    rest=@{rest#"$blank"}
    if ((i == COMP_CWORD)); then word=$rest; fi
    rest=@{rest#"$word"}
    if ((count > 0)) && [[ -z $blank && ($word == [=:]* || @{words[count - 1]} == *[=:]) ]]; then
      words[count - 1]+=$word
    else
      words[count++]=$word
    fi
  done
  current=@{words[count - 1]}
  local cut=
  if [[ $current == *[=:]* ]]; then
    case $COMP_WORDBREAKS in *[=:]*) cut=@{current%"@{current##*[=:]}"} ;; esac
  fi
  COMPREPLY=()
  directive=:0
  while IFS= read -r line; do
    if [[ $line == :[0-9]* ]]; then
      directive=$line
    elif [[ -n $line ]]; then
      line=@{line%%$'\t'*}
      COMPREPLY+=("@{line#"$cut"}")
    fi
  done < <(deepseek-chat complete-words -- "@{words[@]:1}" 2>/dev/null </dev/null)
  if [[ $directive != :0 ]]; then compopt +o default 2>/dev/null; fi
}
complete -o default -F __deepseek_chat_complete deepseek-chat
`,
  zsh: shell`#compdef deepseek-chat
_deepseek-chat() {
  local line value directive=:0
  local -a found
  while IFS= read -r line; do
    if [[ $line == :[0-9]* ]]; then
      directive=$line
    elif [[ -n $line ]]; then
      value=@{line%%$'\t'*}
      if [[ $line == *$'\t'* ]]; then
        found+=("@{value//:/\\:}:@{line#*$'\t'}")
      else
        found+=("@{value//:/\\:}")
      fi
    fi
  done < <(deepseek-chat complete-words -- "@{(@Q)words[2,CURRENT-1]}" "@{(Q)PREFIX}" 2>/dev/null </dev/null)
  if (( @{#found} )); then
    _describe -t values value found
  elif [[ $directive == :0 ]]; then
    compset -P '*='
    _files
  fi
}
if [[ @{funcstack[1]} == _deepseek-chat ]]; then
  _deepseek-chat "$@"
elif (( @{+functions[compdef]} )); then
  compdef _deepseek-chat deepseek-chat
fi
`,
  fish: shell`# fish completion for deepseek-chat
function __deepseek_chat_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l directive :0
    for line in (deepseek-chat complete-words -- $words[2..-1] "$current" 2>/dev/null </dev/null)
        if string match -qr '^:[0-9]+$' -- $line
            set directive $line
        else
            printf '%s\n' $line
        end
    end
    if test $directive = :0
        __fish_complete_path (string replace -r '^-.*=' '' -- $current)
    end
end
complete -c deepseek-chat -e
complete -c deepseek-chat -f -a '(__deepseek_chat_complete)'
`,
  // An empty argument is lost on its way to a program before PowerShell 7.3: --next says that there is one.
  powershell: shell`# powershell completion for deepseek-chat
Register-ArgumentCompleter -Native -CommandName 'deepseek-chat' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    $next = @()
    if ($wordToComplete -eq '') { $next = @('--next') }
    $encoding = [Console]::OutputEncoding
    [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
    try { $lines = @(& deepseek-chat complete-words @next -- @words 2>$null) } finally { [Console]::OutputEncoding = $encoding }
    foreach ($line in $lines) {
        if ($line -match '^:\d+$' -or $line -eq '') { continue }
        $value, $text = $line.Split([char]9, 2)
        if (-not $text) { $text = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
}
`,
} as const;
