#include "runtime/adapters/paper/token_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "messages/types/check.hpp"

namespace hedgerow::paper {
namespace {

using digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

digest digest_of(std::string_view secret) {
  digest result{};
  // Bytes are bytes: OpenSSL wants them unsigned.
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), result.data());
  return result;
}

void bind_digest(SQLite::Statement& statement, int at, std::string_view secret) {
  const digest d = digest_of(secret);
  statement.bind(at, d.data(), static_cast<int>(d.size()));
}

void insert(SQLite::Database& db, const char* sql, std::string_view secret, timestamp expires) {
  SQLite::Statement statement{db, sql};
  bind_digest(statement, 1, secret);
  statement.bind(2, expires.us);
  statement.exec();
}

void drop_expired(SQLite::Database& db, const char* sql, timestamp now) {
  SQLite::Statement statement{db, sql};
  statement.bind(1, now.us);
  statement.exec();
}

}  // namespace

token_store::token_store(SQLite::Database& db, const paper_options& options)
    : db_{db},
      code_lifetime_{options.code_lifetime},
      access_lifetime_{options.access_lifetime},
      refresh_lifetime_{options.refresh_lifetime} {}

std::string token_store::issue_code(timestamp now) {
  std::string code = "C0." + random_text(48) + "@";
  drop_expired(db_, "DELETE FROM codes WHERE expires_us<=?", now);
  insert(db_, "INSERT INTO codes VALUES(?,?)", code, now + code_lifetime_);
  return code;
}

bool token_store::redeem_code(const std::string& code, timestamp now) {
  SQLite::Statement use{db_, "DELETE FROM codes WHERE hash=? AND expires_us>?"};
  bind_digest(use, 1, code);
  use.bind(2, now.us);
  return use.exec() == 1;
}

std::string token_store::start_login(timestamp now) {
  std::string refresh_token = random_text(64) + "@";
  SQLite::Transaction transaction{db_};
  db_.exec("UPDATE logins SET live=0");
  insert(db_, "INSERT INTO logins(refresh_hash,expires_us,live) VALUES(?,?,1)", refresh_token, now + refresh_lifetime_);
  transaction.commit();
  return refresh_token;
}

bool token_store::refresh_valid(const std::string& refresh_token, timestamp now) {
  SQLite::Statement query{db_, "SELECT 1 FROM logins WHERE refresh_hash=? AND live=1 AND expires_us>?"};
  bind_digest(query, 1, refresh_token);
  query.bind(2, now.us);
  return query.executeStep();
}

std::string token_store::issue_access(timestamp now) {
  std::string access_token = "I0." + random_text(48) + "@";
  drop_expired(db_, "DELETE FROM access_tokens WHERE expires_us<=?", now);
  insert(db_, "INSERT INTO access_tokens VALUES(?,?)", access_token, now + access_lifetime_);
  return access_token;
}

bool token_store::access_valid(const std::string& access_token, timestamp now) {
  SQLite::Statement query{db_, "SELECT 1 FROM access_tokens WHERE hash=? AND expires_us>?"};
  bind_digest(query, 1, access_token);
  query.bind(2, now.us);
  return query.executeStep();
}

std::string random_text(std::size_t bytes) {
  std::string raw(bytes, '\0');
  HEDGEROW_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) == 1,
                 "no random bytes from OpenSSL");
  std::string text((bytes + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(raw.data()), static_cast<int>(bytes));
  text.resize(static_cast<std::size_t>(size));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return std::nullopt;
  std::string raw(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(raw.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // EVP_DecodeBlock counts the padding as zero bytes.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  raw.resize(static_cast<std::size_t>(size) - padding);
  return raw;
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace hedgerow::paper
