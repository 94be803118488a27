// The program, apart from main(), so that the parser of the command line is compiled in one place.
#pragma once

namespace hedgerow::cli {

/// Parses the command line and runs one command. The process's exit code.
[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace hedgerow::cli
