// The manual pages and the completion scripts: texts only.
#include "cli/arguments.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

constexpr std::string_view overview = R"(NAME
    fairway - carries a SQLite database to PostgreSQL or libSQL, and proves every cell

SYNOPSIS
    fairway inspect FILE                      what is in it, and what would become of it
    fairway export  FILE --to TARGET          one file for the target
    fairway migrate FILE --into URL           straight into a database, verified
    fairway verify  A B                       compares two sides
    fairway report  FILE --out PAGE           a report of --json as a page for people
    fairway help [VERB]                       this, or the manual of a verb
    fairway completion bash|zsh|fish          completion for a shell

The source is never changed: it is read under SQLite's own lock, its -wal or -journal included.
)";

constexpr std::string_view exits = R"(
EXIT CODES
    0  every cell is accounted for (cells that could not be carried exactly are in the report)
    1  something unexpected, such as a lost connection; nothing was kept
    2  wrong use
    3  refused: the message says what, why, who must act and how; nothing was written
    4  the two sides differ
)";

constexpr std::string_view plan_options =
    R"(    --plan FILE     decisions. If FILE is not there, it is written; change a "choice" in it
                    and give it again to have it taken.
    --json          one JSON object on standard output, for programs
)";

constexpr std::string_view inspect_page = R"(NAME
    fairway inspect - tells what is in a SQLite database, and what would become of it

SYNOPSIS
    fairway inspect FILE [--plan FILE] [--json]

DESCRIPTION
    Shows warnings first, then for each table its rows and columns: the storage classes found, the
    type in PostgreSQL, and why. Reads every cell once; writes nothing but the plan.

OPTIONS
)";

constexpr std::string_view export_page = R"(NAME
    fairway export - writes a SQLite database as one file for another

SYNOPSIS
    fairway export FILE --to postgres|libsql|sqlite [--out FILE] [--inserts] [--image]
                   [--schema NAME] [--plan FILE] [--json]

DESCRIPTION
    postgres  an SQL script for psql: one transaction, rows by COPY, and a proof of every table at
              its end that undoes all of it if a cell differs.
              Load it with: psql -X -f FILE DATABASE_URL
    libsql    SQL text that libSQL and SQLite replay to the same cells. With --image a database
              file by the rules of Turso's upload
    sqlite    a compact copy, compared with the source before it gets its name

    --out is written under another name first and renamed at the end: it is never half a file.
    Without --out the script goes to standard output.

OPTIONS
    --to TARGET     what the file is for
    --out FILE      where to
    --inserts       INSERT statements in place of COPY, for tools that are not psql
    --image         a file for Turso in place of SQL text
    --schema NAME   the PostgreSQL schema; made when it is missing. Without it: search_path's first
)";

constexpr std::string_view migrate_page = R"(NAME
    fairway migrate - loads a SQLite database into another database and verifies it

SYNOPSIS
    fairway migrate FILE --into URL [--over http] [--schema NAME] [--plan FILE] [--yes]
                    [--replace] [--json]

DESCRIPTION
    postgres://user@host/database   tables, rows, keys, indexes and views in one transaction,
                                    which is committed only when the sums of all columns agree on
                                    both sides. A run that breaks off leaves nothing. A second run
                                    finds what the first has loaded, and says so.
                                    With --over http: the same through Neon's SQL endpoint, where
                                    nothing else is let through. What has arrived stands in a
                                    schema of its own until every sum agrees; a run that breaks
                                    off goes on with the next.
    libsql://host, http://host:port libSQL; its token in TURSO_AUTH_TOKEN. A database that has
                                    tables gets what is new, and keeps its rows.

    A database that has tables already is deployed to again: its schema becomes the preview's, and
    its rows stay. What only adds happens by itself: new tables with their rows, new
    columns, keys, indexes, views, triggers. What would lose something (a table, column or index
    that the preview has not, a type that does not hold what is there, NOT NULL without a default)
    is listed with the number of rows, and waits for --yes; until then nothing is changed, exit 3.
    A rename looks like one thing gone and another come: it is guessed and shown, never done. Over
    HTTP, tables that are there already are not touched: the run is refused, naming them.

OPTIONS
    --into URL      where to. A password may stand in PGPASSWORD or ~/.pgpass, but not over HTTP
    --over http     by POST https://HOST/sql; FAIRWAY_NEON_URL names another endpoint
    --schema NAME   the PostgreSQL schema; made when it is missing. Without it: search_path's first
    --yes           make the changes too that lose something in production; not over HTTP
    --replace       the preview's tables and rows in place of all that are there (PostgreSQL). The
                    old ones are moved to the schema NAME_before_DATE_TIME; a run drops that one
                    when it is older than seven days, unless something outside of it uses it
)";

constexpr std::string_view verify_page = R"(NAME
    fairway verify - compares a SQLite file with a PostgreSQL database or another SQLite file

SYNOPSIS
    fairway verify FILE URL [--over http] [--schema NAME] [--plan FILE] [--json]
    fairway verify FILE FILE [--json]

DESCRIPTION
    With a URL: sums every column of every table on both sides; the target's sums are computed
    there. Give the plan that the migration was made with, if it had one. With two files: every
    cell, as class and bytes. Nothing is changed on either side.

OPTIONS
    --schema NAME   the PostgreSQL schema
)";

constexpr std::string_view report_manual = R"(NAME
    fairway report - makes a page for people of a report for programs

SYNOPSIS
    fairway migrate FILE --into URL --json > report.json
    fairway report report.json --out report.html

DESCRIPTION
    Tables with rows and checksums of both sides, cells that could not be carried exactly, every
    decision with counts and examples, other names, and the seal: the SHA-256 of the source and of
    the report's content. A report that was changed after it was written is shown as such, and the
    exit code is 4. The page needs nothing from elsewhere.

OPTIONS
    --out PAGE      where to; without it: standard output
)";

constexpr std::string_view completion_page = R"(NAME
    fairway completion - prints a completion script

SYNOPSIS
    fairway completion bash   >> ~/.bashrc
    fairway completion zsh    > a file _fairway in a folder of $fpath
    fairway completion fish   > ~/.config/fish/completions/fairway.fish
)";

constexpr std::string_view bash_script = R"(_fairway() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
  local options=
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W 'inspect export migrate verify report help completion' -- "$word"))
    return
  fi
  case $before in
    --to) COMPREPLY=($(compgen -W 'postgres libsql sqlite' -- "$word")); return ;;
    --over) COMPREPLY=($(compgen -W 'http' -- "$word")); return ;;
    --into) COMPREPLY=($(compgen -W 'postgres:// libsql:// http://' -- "$word")); return ;;
  esac
  case $verb in
    inspect) options='--plan --json --help' ;;
    export) options='--to --out --inserts --image --schema --plan --json --help' ;;
    migrate) options='--into --over --schema --plan --yes --replace --json --help' ;;
    verify) options='--over --schema --plan --json --help' ;;
    report) options='--out --help' ;;
    help)
      COMPREPLY=($(compgen -W 'inspect export migrate verify report completion' -- "$word"))
      return ;;
    completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")); return ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _fairway fairway
)";

constexpr std::string_view zsh_script = R"(#compdef fairway
_fairway() {
  if (( CURRENT == 2 )); then
    compadd inspect export migrate verify report help completion
    return
  fi
  case $words[CURRENT-1] in
    --to) compadd postgres libsql sqlite; return ;;
    --over) compadd http; return ;;
    --into) compadd -S '' postgres:// libsql:// http://; return ;;
  esac
  case $words[2] in
    help) compadd inspect export migrate verify report completion; return ;;
    completion) compadd bash zsh fish; return ;;
  esac
  if [[ $words[CURRENT] == -* ]]; then
    case $words[2] in
      inspect) compadd -- --plan --json --help ;;
      export) compadd -- --to --out --inserts --image --schema --plan --json --help ;;
      migrate) compadd -- --into --over --schema --plan --yes --replace --json --help ;;
      verify) compadd -- --over --schema --plan --json --help ;;
      report) compadd -- --out --help ;;
    esac
  else
    _files
  fi
}
_fairway "$@"
)";

constexpr std::string_view fish_script = R"(complete -c fairway -n __fish_use_subcommand -f \
  -a 'inspect export migrate verify report help completion'
complete -c fairway -n '__fish_seen_subcommand_from export' -l to -x -a 'postgres libsql sqlite'
complete -c fairway -n '__fish_seen_subcommand_from export report' -l out -r
complete -c fairway -n '__fish_seen_subcommand_from export' -l inserts
complete -c fairway -n '__fish_seen_subcommand_from migrate' -l into -x -a 'postgres:// libsql://'
complete -c fairway -n '__fish_seen_subcommand_from migrate verify' -l over -x -a http
complete -c fairway -n '__fish_seen_subcommand_from migrate' -l yes
complete -c fairway -n '__fish_seen_subcommand_from migrate' -l replace
complete -c fairway -n '__fish_seen_subcommand_from export migrate verify' -l schema -x
complete -c fairway -n '__fish_seen_subcommand_from inspect export migrate verify' -l plan -r
complete -c fairway -n '__fish_seen_subcommand_from inspect export migrate verify' -l json
complete -c fairway -n '__fish_seen_subcommand_from help' -f \
  -a 'inspect export migrate verify report'
complete -c fairway -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
)";

}  // namespace

std::string manual(std::string_view verb) {
  if (verb == "inspect") return cat({inspect_page, plan_options, exits});
  if (verb == "export") return cat({export_page, plan_options, exits});
  if (verb == "migrate") return cat({migrate_page, plan_options, exits});
  if (verb == "verify") return cat({verify_page, plan_options, exits});
  if (verb == "report") return cat({report_manual, exits});
  if (verb == "completion") return std::string(completion_page);
  return cat({overview, exits});
}

Outcome<std::string> completion(std::string_view shell) {
  if (shell == "bash") return std::string(bash_script);
  if (shell == "zsh") return std::string(zsh_script);
  if (shell == "fish") return std::string(fish_script);
  return fix_input("usage", "`fairway completion` needs the name of a shell: bash, zsh or fish.",
                   "You: `fairway completion --help` shows how.");
}

}  // namespace fairway::cli
