// The program, apart from main(), which is then compiled in no time.
#pragma once

namespace hedgerow::cli {

/// Parses the command line and runs one command. The process's exit code.
[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace hedgerow::cli
