// Memory for worlds: they make and drop millions of small things, one world after the other, on
// one thread. Freed blocks are kept by their size and handed out again; nothing goes back to the
// system. Replaces operator new and delete of the whole program. Sanitizers need to see every
// allocation, so under them this does nothing.
#pragma once

namespace fairway::test {

// Makes SQLite take its memory from the pool too. Called before the first database is opened.
void give_sqlite_the_pool();

}  // namespace fairway::test
