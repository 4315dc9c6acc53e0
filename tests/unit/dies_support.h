// Whether a call ends the program, as a broken promise does. A program of wasm cannot be split in
// two, so tests of this are for native machines only: #if FAIRWAY_CAN_SPLIT.
#pragma once

#if defined(__wasm__)
#define FAIRWAY_CAN_SPLIT 0
#else
#define FAIRWAY_CAN_SPLIT 1

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fairway::test {

template <typename Call>
bool dies(Call call) {
  int child = fork();
  if (child == 0) {
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    call();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

}  // namespace fairway::test
#endif
