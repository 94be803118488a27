// A directory that goes with the test.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "messages/types/check.hpp"

namespace hedgerow::test {

class temporary_directory {
 public:
  temporary_directory() : path_{(std::filesystem::temp_directory_path() / "hedgerow-XXXXXX").string()} {
    HEDGEROW_CHECK(::mkdtemp(path_.data()) != nullptr, "cannot make a temporary directory");
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace hedgerow::test
