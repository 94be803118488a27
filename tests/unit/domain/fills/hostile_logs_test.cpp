// Any bytes have a verdict: round trips of random events, and random damage to valid ones.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "generated_fills.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using namespace test;

bytes any_bytes(std::size_t limit) {
  bytes result(draw<std::size_t>(0, limit), 0);
  for (auto& b : result) b = draw<unsigned char>(0, 255);
  return result;
}

abi_word any_word() {
  abi_word word{};
  for (auto& b : word) b = draw<unsigned char>(0, 255);
  return word;
}

address any_address() { return address_filled(draw<unsigned char>(0, 255)); }

std::vector<io_spec> any_ios() {
  std::vector<io_spec> list(draw<std::size_t>(0, 5));
  for (auto& io : list) io = {any_address(), draw<std::uint8_t>(0, 255), {any_word()}};
  return list;
}

order_spec any_order() {
  return {any_address(), any_address(), any_address(), any_bytes(70), any_ios(), any_ios(), {any_word()}};
}

take_spec any_take() {
  take_spec t{any_address(), any_order(), to_uint256(any_word()), to_uint256(any_word()), {}, any_word(), any_word()};
  t.contexts.resize(draw<std::size_t>(0, 4));
  for (auto& c : t.contexts) {
    c = {any_address(), {}, any_bytes(70)};
    c.context.resize(draw<std::size_t>(0, 4));
    for (auto& w : c.context) w = any_word();
  }
  return t;
}

orderbook_version any_version() { return draw(0, 2) == 0 ? orderbook_version::v4 : orderbook_version::v6; }

std::vector<io_spec> specs_of(const io_list& list) {
  std::vector<io_spec> specs;
  for (std::size_t i = 0; i < list.size(); ++i)
    specs.push_back({list[i].token, list[i].decimals.value_or(0), list[i].vault_id});
  return specs;
}

order_spec spec_of(const raindex_order& o) {
  return {o.owner,
          o.evaluable.interpreter,
          o.evaluable.store,
          bytes{o.evaluable.bytecode},
          specs_of(o.valid_inputs),
          specs_of(o.valid_outputs),
          o.nonce};
}

take_spec spec_of(const take_order_event& e) {
  take_spec t{e.sender, spec_of(e.order), e.input_io_index, e.output_io_index, {}, e.input, e.output};
  for (const auto& c : e.signed_contexts) {
    context_spec context{c.signer, std::vector<abi_word>(c.context.size() / 32), bytes{c.signature}};
    for (std::size_t i = 0; i < c.context.size(); ++i) context.context[i / 32][i % 32] = c.context[i];
    t.contexts.push_back(std::move(context));
  }
  return t;
}

TEST(HostileLogs, TakesSurviveEncodingAndDecoding) {
  EXPECT_TRUE(rc::check("encode(decode(encode(take))) == encode(take)", [] {
    const auto version = any_version();
    const auto event = event_of(version, any_take());
    const auto decoded = decode_take_order(version, event.log);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(encode(version, spec_of(*decoded)) == event.log.data);
  }));
}

TEST(HostileLogs, ClearsSurviveEncodingAndDecoding) {
  EXPECT_TRUE(rc::check("encode(decode(encode(clear))) == encode(clear)", [] {
    const auto version = any_version();
    clear_spec clear{any_address(), any_order(), any_order(), {}, {hash32{any_word()}, hash32{any_word()}}};
    for (auto& index : clear.indexes) index = to_uint256(any_word());
    const after_clear_spec amounts{any_address(), any_word(), any_word(), any_word(), any_word()};
    const auto event = event_of(version, clear, amounts);
    const auto c = decode_clear(version, event.log).value();
    const clear_spec again{
        c.sender,
        spec_of(c.alice),
        spec_of(c.bob),
        {c.alice_input_io_index, c.alice_output_io_index, c.bob_input_io_index, c.bob_output_io_index},
        {c.alice_bounty_vault_id, c.bob_bounty_vault_id}};
    RC_ASSERT(encode(version, again) == event.log.data);
    const auto a = decode_after_clear(version, *event.after_clear).value();
    RC_ASSERT(encode(after_clear_spec{a.sender, a.alice_output, a.bob_output, a.alice_input, a.bob_input}) ==
              event.after_clear->data);
  }));
}

const std::set<std::string>& known_reasons() {
  static const std::set<std::string> reasons{"filtered owner_not_involved",
                                             "filtered self_take",
                                             "filtered zero_equity_amount",
                                             "filtered dust_equity_amount",
                                             "filtered dust_usdc_amount",
                                             "rejected unknown_topic0",
                                             "rejected truncated",
                                             "rejected offset_out_of_range",
                                             "rejected length_out_of_range",
                                             "rejected dirty_address",
                                             "rejected dirty_uint8",
                                             "rejected no_after_clear_log",
                                             "rejected both_sides_owned",
                                             "rejected input_index_out_of_range",
                                             "rejected output_index_out_of_range",
                                             "rejected invalid_symbol_pair",
                                             "rejected decimals_mismatch",
                                             "rejected negative_amount",
                                             "rejected amount_overflow",
                                             "rejected unpriceable_fill",
                                             "missing 1",
                                             "missing 2"};
  return reasons;
}

/// A verdict that is one of the documented ones; a trade has positive amounts.
bool is_sound(const verdict& v) {
  if (const auto* trade = std::get_if<onchain_trade>(&v))
    return trade->amount.sign() > 0 && trade->notional.sign() > 0 && !trade->symbol.str().empty();
  return known_reasons().contains(describe(v));
}

/// One random wound: a byte, a word replaced by a telling value, a cut, a repeat, a swap of two words.
void damage(bytes& data, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  if (data.size() < 64) return data.resize(32 * below(8), 0xff);
  const std::size_t words = data.size() / 32;
  const std::size_t at = below(words) * 32;
  switch (below(6)) {
    case 0: data[below(data.size())] = static_cast<unsigned char>(below(256)); break;
    case 1: data.resize(below(data.size())); break;
    case 2: {
      const uint256 telling[] = {0,
                                 1,
                                 31,
                                 32,
                                 data.size(),
                                 data.size() - 32,
                                 data.size() + 32,
                                 uint256{1} << 32,
                                 uint256{1} << 63,
                                 uint256{1} << 64,
                                 uint256{1} << 255,
                                 ~uint256{0},
                                 ~uint256{0} - 31,
                                 uint256{below(data.size())},
                                 uint256{below(words) * 32}};
      const auto word = word_of(telling[below(std::size(telling))]);
      data.replace(at, 32, word.data(), 32);
      break;
    }
    case 3: data += data.substr(at, 32 * below(16)); break;
    case 4: {
      const bytes other = data.substr(below(words) * 32, 32);
      data.replace(at, 32, other);
      break;
    }
    default: data[at + 31] ^= static_cast<unsigned char>(1U << below(8)); break;
  }
}

TEST(HostileLogs, AnyDamageToAnyVectorGivesAVerdict) {
  std::mt19937_64 random{20240229};
  std::map<std::string, int> seen;
  for (const auto& [name, version] : fill_files) {
    const auto file = hedgerow::test::load_vectors(name);
    const auto tokens = tokens_of(file);
    for (const auto& c : fill_cases(file, version)) {
      validation_rules rules;
      rules.owner = c.owner;
      for (int round = 0; round < 2000; ++round) {
        auto event = c.event;
        const auto wounds = 1 + random() % 3;
        for (std::uint64_t i = 0; i < wounds; ++i)
          damage(event.after_clear && random() % 4 == 0 ? event.after_clear->data : event.log.data, random);
        const auto v = validate(event, rules, lookup_in(tokens));
        ASSERT_TRUE(is_sound(v)) << name << " " << c.name << " round " << round << ": " << describe(v);
        // What ingestion asks and what validation says agree on whose fill it is.
        const auto ours = involves_owner(version, event.log, c.owner);
        if (std::holds_alternative<onchain_trade>(v)) {
          ASSERT_EQ(ours, true);
        }
        if (describe(v) == "filtered owner_not_involved") {
          ASSERT_EQ(ours, false);
        }
        ++seen[std::holds_alternative<onchain_trade>(v) ? "trade" : describe(v)];
      }
    }
  }
  // The damage reached every part of the way.
  EXPECT_GE(seen.size(), 15U);
  EXPECT_GT(seen["trade"], 100);
}

TEST(HostileLogs, RandomDamageToRandomTakesGivesAVerdict) {
  EXPECT_TRUE(rc::check("validate is total", [] {
    const auto version = any_version();
    auto take = plain_take(version);
    if (draw(0, 2) == 0) take.order.inputs = any_ios();
    if (draw(0, 2) == 0) take.input = any_word();
    if (draw(0, 2) == 0) take.output = any_word();
    auto event = event_of(version, take);
    std::mt19937_64 random{*rc::gen::arbitrary<std::uint64_t>()};
    for (int wounds = draw(0, 4); wounds > 0; --wounds) damage(event.log.data, random);
    RC_ASSERT(is_sound(validate(event, owner_rules(), lookup_in(known_tokens()))));
  }));
}

TEST(HostileLogs, OverlappingContextsCostNoMoreThanTheData) {
  // 3000 signed contexts that all point at one: legal for a decoder, and linear.
  auto take = plain_take(orderbook_version::v6);
  take.contexts.assign(3000, context_spec{stranger, std::vector<abi_word>(1), {}});
  auto event = event_of(orderbook_version::v6, take);
  constexpr std::size_t config = 0x80;
  abi_word offset{};
  std::copy_n(event.log.data.begin() + config + 0x60, offset.size(), offset.begin());
  const auto contexts = config + static_cast<std::size_t>(to_uint64(offset).value());
  const bytes first = event.log.data.substr(contexts + 32, 32);
  for (std::size_t i = 0; i < 3000; ++i) event.log.data.replace(contexts + 32 + i * 32, 32, first);
  const auto decoded = decode_take_order(orderbook_version::v6, event.log).value();
  EXPECT_EQ(decoded.signed_contexts.size(), 3000U);
  EXPECT_EQ(decoded.signed_contexts.back().context.data(), decoded.signed_contexts.front().context.data());
}

}  // namespace
}  // namespace hedgerow::domain
