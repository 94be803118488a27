#include "runtime/cli/program.hpp"

int main(int argc, char** argv) { return hedgerow::cli::run_program(argc, argv); }
