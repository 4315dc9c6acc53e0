// What only a browser tab has: the builder's store, a few kept words, the address bar, other tabs,
// the clipboard, downloads. The shell implements it; tests have one in memory.
//
// Not for requests, time, randomness or cryptography: those are ports of the Host. Bytes of files
// and databases cross only when asked for by name, so listing many projects stays cheap. Tasks fail
// with fix_input `store_closed` when the browser keeps nothing for this page (private windows,
// storage switched off, full disk) and `not_stored` when the thing is not there. Sizes in bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/task.h"

namespace fairway {

struct BuilderFile {
  std::string path;
  int64_t size_bytes = 0;
};

// A project as the builder saved it in IndexedDB `fairway-builder`, without the bytes.
struct BuilderProject {
  std::string id;
  std::string name;
  std::string description;
  int64_t saved_at_ms = 0;
  std::vector<BuilderFile> files;
  int64_t database_size_bytes = 0;  // -1 when there is no preview database
  int64_t database_saved_at_ms = 0;
};

class Browser {
 public:
  virtual Task<std::vector<BuilderProject>> list_projects() = 0;
  virtual Task<std::string> read_file(std::string project_id, std::string path) = 0;
  virtual Task<std::string> read_database(std::string project_id) = 0;

  // Words kept across reloads (localStorage); empty when there is none. A store that refuses is as
  // if nothing had been kept: whoever keeps something here must work without it.
  virtual std::string recall(std::string_view key) = 0;
  virtual void keep(std::string_view key, std::string_view text) = 0;
  virtual void forget(std::string_view key) = 0;

  // This page's own address, with query and fragment: "http://localhost:8787/app/dashboard?...".
  virtual std::string address() = 0;
  // Changes what the address bar shows, without loading: "/app/dashboard?deploy=guestbook".
  virtual void show_address(std::string_view path) = 0;
  // Leaves this page.
  virtual void go_to(std::string_view url) = 0;
  virtual void open_tab(std::string_view url) = 0;
  virtual void set_title(std::string_view title) = 0;
  virtual void copy(std::string_view text) = 0;
  virtual void download(std::string_view file_name, std::string_view media_type,
                        std::string_view text) = 0;
  // A file that is too large to be held here at once goes to the page in pieces, before `download`
  // brings its end. Dropping forgets the pieces of a file that was not finished.
  virtual void download_piece(std::string_view bytes) = 0;
  virtual void drop_pieces() = 0;

 protected:
  ~Browser() = default;
};

}  // namespace fairway
