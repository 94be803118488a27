#include "runtime/demo/demo_chain.hpp"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <fstream>

#include "runtime/demo/deployment.hpp"

namespace hedgerow::demo {
namespace {

namespace fs = std::filesystem;
using writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

template <class Fixed>
void put(writer& out, const char* key, const Fixed& value) {
  out.Key(key);
  out.String(value.to_string().c_str());
}

template <class Fixed>
void put_list(writer& out, const char* key, const std::vector<Fixed>& values) {
  out.Key(key);
  out.StartArray();
  for (const auto& value : values) out.String(value.to_string().c_str());
  out.EndArray();
}

std::string to_json(const demo_addresses& a) {
  rapidjson::StringBuffer buffer;
  writer out{buffer};
  out.StartObject();
  out.Key("first_block");
  out.Uint64(a.first_block);
  put(out, "owner", a.owner);
  put(out, "usdc", a.usdc);
  put(out, "weth", a.weth);
  put(out, "clearer", a.clearer);
  put_list(out, "takers", a.takers);
  out.Key("equities");
  out.StartArray();
  for (const auto& equity : a.equities) {
    out.StartObject();
    out.Key("token");
    out.String(equity.symbol.token.c_str());
    put(out, "address", equity.where);
    out.EndObject();
  }
  out.EndArray();
  out.Key("books");
  out.StartArray();
  for (const auto& book : a.books) {
    out.StartObject();
    out.Key("version");
    out.String(book.version == orderbook_version::v4 ? "v4" : "v6");
    put(out, "address", book.where);
    put_list(out, "owner_orders", book.owner_orders);
    put(out, "owner_wide_order", book.owner_wide_order);
    put_list(out, "stranger_orders", book.stranger_orders);
    out.EndObject();
  }
  out.EndArray();
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

/// Reads members of one object; remembers whether any was missing or wrong.
class reader {
 public:
  reader(const rapidjson::Value& object, bool& good) : object_{object}, good_{good} {}

  template <class Fixed>
  void get(const char* key, Fixed& out) {
    const auto* value = find(key);
    const auto parsed = value != nullptr && value->IsString() ? Fixed::parse(value->GetString()) : std::nullopt;
    if (parsed)
      out = *parsed;
    else
      good_ = false;
  }
  template <class Fixed>
  void get_list(const char* key, std::vector<Fixed>& out) {
    each(key, [&](const rapidjson::Value& item) {
      const auto parsed = item.IsString() ? Fixed::parse(item.GetString()) : std::nullopt;
      if (parsed)
        out.push_back(*parsed);
      else
        good_ = false;
    });
  }
  [[nodiscard]] std::string text(const char* key) {
    const auto* value = find(key);
    if (value != nullptr && value->IsString()) return value->GetString();
    good_ = false;
    return {};
  }
  template <class Visit>
  void each(const char* key, Visit visit) {
    const auto* list = find(key);
    if (list == nullptr || !list->IsArray()) {
      good_ = false;
      return;
    }
    for (const auto& item : list->GetArray()) visit(item);
  }
  [[nodiscard]] const rapidjson::Value* find(const char* key) const {
    if (!object_.IsObject()) return nullptr;
    const auto found = object_.FindMember(key);
    return found == object_.MemberEnd() ? nullptr : &found->value;
  }

 private:
  const rapidjson::Value& object_;
  bool& good_;
};

std::optional<demo_addresses> from_json(const std::string& text) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsObject()) return std::nullopt;
  demo_addresses out;
  bool good = true;
  reader in{json, good};
  const auto* block = in.find("first_block");
  if (block == nullptr || !block->IsUint64()) return std::nullopt;
  out.first_block = block->GetUint64();
  in.get("owner", out.owner);
  in.get("usdc", out.usdc);
  in.get("weth", out.weth);
  in.get("clearer", out.clearer);
  in.get_list("takers", out.takers);
  in.each("equities", [&](const rapidjson::Value& item) {
    reader equity{item, good};
    demo_token token;
    token.symbol.token = equity.text("token");
    equity.get("address", token.where);
    out.equities.push_back(std::move(token));
  });
  in.each("books", [&](const rapidjson::Value& item) {
    reader from{item, good};
    demo_book book;
    book.version = from.text("version") == "v4" ? orderbook_version::v4 : orderbook_version::v6;
    from.get("address", book.where);
    from.get_list("owner_orders", book.owner_orders);
    from.get("owner_wide_order", book.owner_wide_order);
    from.get_list("stranger_orders", book.stranger_orders);
    good = good && book.owner_orders.size() == out.equities.size() && book.stranger_orders.size() == 2;
    out.books.push_back(std::move(book));
  });
  if (!good || out.books.size() != 2 || out.takers.empty()) return std::nullopt;
  return out;
}

/// Takes base and price from `symbols`; false when the tokens differ.
bool adopt(demo_addresses& found, const std::vector<demo_symbol>& symbols) {
  if (found.equities.size() != symbols.size()) return false;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (found.equities[i].symbol.token != symbols[i].token) return false;
    found.equities[i].symbol = symbols[i];
  }
  return true;
}

expected<bool, std::string> is_on_chain(anvil_rpc& rpc, const demo_addresses& found) {
  for (const auto& book : found.books) {
    const auto code = rpc.has_code(book.where);
    if (!code || !*code) return code;
  }
  return true;
}

bool save(const fs::path& file, const std::string& text) {
  const fs::path fresh = file.string() + ".new";
  {
    std::ofstream out{fresh, std::ios::trunc};
    out << text;
    if (!out.flush()) return false;
  }
  std::error_code error;
  fs::rename(fresh, file, error);
  return !error;
}

}  // namespace

expected<demo_addresses, std::string> prepare_demo_chain(anvil_rpc& rpc, const fs::path& data_dir,
                                                         const std::vector<demo_symbol>& symbols,
                                                         const progress_callback& progress) {
  const auto file = data_dir / "demo-chain.json";
  std::ifstream in{file};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (auto found = from_json(text)) {
    const auto there = is_on_chain(rpc, *found);
    if (!there) return unexpected(there.error());
    if (*there && adopt(*found, symbols)) return std::move(*found);
    if (*there) {
      return unexpected("the demo in " + data_dir.string() +
                        " was made with other symbols; use those, another folder, or remove this one");
    }
  }
  auto made = deploy_demo(rpc, symbols, progress);
  if (made && !save(file, to_json(*made))) return unexpected("cannot write " + file.string());
  return made;
}

}  // namespace hedgerow::demo
