// docs/schemas describes what is really written: every event validates, and neither side has a field the other lacks.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "event_types.hpp"
#include "samples.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow {
namespace {

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document parsed;
  parsed.Parse(text.data(), text.size());
  return parsed;
}

rapidjson::Document load_schema(std::string_view type) {
  std::ifstream file{test::source_folder() + "/docs/schemas/" + std::string{type} + ".json"};
  std::ostringstream text;
  text << file.rdbuf();
  return parse(text.str());
}

std::set<std::string> names_of(const rapidjson::Value& object) {
  std::set<std::string> names;
  for (const auto& member : object.GetObject()) names.insert(member.name.GetString());
  return names;
}

bool accepts(const rapidjson::SchemaDocument& schema, const rapidjson::Value& record, std::string* where = nullptr) {
  rapidjson::SchemaValidator validator{schema};
  const bool valid = record.Accept(validator);
  if (!valid && where != nullptr) {
    rapidjson::StringBuffer pointer;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(pointer);
    *where = std::string{pointer.GetString()} + " " + validator.GetInvalidSchemaKeyword();
  }
  return valid;
}

/// Fields that came after the first records of schema 1 and are left out while they have their default.
const std::set<std::string> optional_fields{"order_quantity", "cause", "reverts", "newest_decision"};

TEST(ControlEventSchema, HasAllThatAPersonCanDecide) {
  const auto document = load_schema("control_event");
  std::vector<std::string> wanted;
  for (const auto& verb : control_verbs) wanted.emplace_back(verb.name);
  std::vector<std::string> named;
  for (const auto& name : document["properties"]["data"]["properties"]["action"]["enum"].GetArray())
    named.emplace_back(name.GetString());
  EXPECT_EQ(named, wanted);
}

template <class Event>
class SchemaTest : public ::testing::Test {};
TYPED_TEST_SUITE(SchemaTest, test::event_types);

TYPED_TEST(SchemaTest, DescribesWhatIsWritten) {
  const auto document = load_schema(codec::type_name<TypeParam>());
  ASSERT_TRUE(document.IsObject()) << codec::type_name<TypeParam>();
  const rapidjson::SchemaDocument compiled{document};
  for (const auto& event : {test::sample<TypeParam>(), TypeParam{}}) {
    // A default event has an empty symbol or id, which the schema rightly refuses; only its fields are compared.
    const auto record = parse(codec::encode(test::sample_meta(), event));
    ASSERT_FALSE(record.HasParseError());
    EXPECT_EQ(names_of(record), names_of(document["properties"]));
    const auto& data = document["properties"]["data"];
    const auto known = names_of(data["properties"]);
    const auto written = names_of(record["data"]);
    for (const auto& name : written) EXPECT_TRUE(known.contains(name)) << name;
    // An optional member is written only when it has a value.
    for (const auto& name : data["required"].GetArray()) EXPECT_TRUE(written.contains(name.GetString()));
    for (const auto& name : known)
      EXPECT_TRUE(written.contains(name) || optional_fields.contains(name)) << name << " is never written";
  }
  std::string where;
  EXPECT_TRUE(accepts(compiled, parse(codec::encode(test::sample_meta(), test::sample<TypeParam>())), &where)) << where;
}

TYPED_TEST(SchemaTest, RefusesARecordWithoutAnyOfItsFields) {
  const auto document = load_schema(codec::type_name<TypeParam>());
  ASSERT_TRUE(document.IsObject());
  const rapidjson::SchemaDocument compiled{document};
  const auto record = parse(codec::encode(test::sample_meta(), test::sample<TypeParam>()));
  for (const auto& name : names_of(record["data"])) {
    rapidjson::Document damaged;
    damaged.CopyFrom(record, damaged.GetAllocator());
    damaged["data"].RemoveMember(name.c_str());
    EXPECT_FALSE(accepts(compiled, damaged)) << name;
  }
}

}  // namespace
}  // namespace hedgerow
