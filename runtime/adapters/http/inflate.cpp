#include "runtime/adapters/http/inflate.hpp"

#include <zlib.h>

#include <cctype>
#include <limits>

namespace hedgerow::http {

bool is_gzip(std::string_view content_encoding) {
  std::string lower;
  for (const char c : content_encoding)
    if (c != ' ') lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower == "gzip" || lower == "x-gzip" || lower == "deflate";
}

expected<std::string, std::string> inflate_gzip(std::string_view data, std::size_t limit) {
  if (data.size() > std::numeric_limits<uInt>::max()) return unexpected(std::string{"compressed body too large"});
  z_stream stream{};
  // 15: the largest window; 32: gzip or zlib header, whichever is there.
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return unexpected(std::string{"zlib cannot start"});
  std::string input{data};
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string out;
  char chunk[16 * 1024];
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk);
    stream.avail_out = sizeof chunk;
    status = ::inflate(&stream, Z_NO_FLUSH);
    out.append(chunk, sizeof chunk - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out.size() > limit)
    return unexpected("the answer is larger than " + std::to_string(limit) + " bytes when inflated");
  if (status != Z_STREAM_END) return unexpected(std::string{"the compressed body is damaged or cut"});
  return out;
}

}  // namespace hedgerow::http
