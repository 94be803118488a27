// A node that cannot live ends before it takes anything from others.
#include <gmock/gmock.h>

#include <fstream>

#include "runtime/adapters/http/http_server.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(NodeStart, APortThatIsInUseEndsItAtOnceAndIsNamedWithItsKey) {
  const auto other = http::make_server({}, [](http::exchange) {});
  ASSERT_TRUE(other) << other.error();
  const temporary_directory folder;
  for (const std::string key : {"api", "admin"}) {
    SCOPED_TRACE(key);
    const auto config = folder.file("node.toml");
    std::ofstream{config} << "[node]\nname = \"late\"\nactors = [\"api\"]\ndata_dir = \"" << folder.file("data")
                          << "\"\n[api]\nport = " << (key == "api" ? (*other)->port() : demo::free_port(0))
                          << "\n[admin]\nport = " << (key == "admin" ? (*other)->port() : demo::free_port(0)) << "\n";
    process node{{test::build_folder() + "/hedgerow", "node", "--config", config}, folder.file("said")};
    EXPECT_EQ(node.wait(), 1);
    EXPECT_THAT(node.output(), AllOf(HasSubstr(key + ".port = " + std::to_string((*other)->port())),
                                     HasSubstr("cannot listen on 127.0.0.1")));
  }
}

}  // namespace
}  // namespace hedgerow::test
