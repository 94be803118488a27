#include "runtime/demo/deployment.hpp"

#include "runtime/demo/call_data.hpp"
#include "runtime/demo/contract_build.hpp"

namespace hedgerow::demo {
namespace {

constexpr std::size_t accounts_needed = 8;
constexpr unsigned weth_decimals = 18, equity_decimals = 18, usdc_decimals = 6;
/// In every wallet and twice that in the vaults: more than any run of the demo moves.
const uint256 plenty = uint256{1} << 160U;
const uint256 unlimited = ~uint256{0};

class deployment {
 public:
  deployment(anvil_rpc& rpc, const progress_callback& progress) : rpc_{rpc}, progress_{progress} {}

  expected<demo_addresses, std::string> run(const std::vector<demo_symbol>& symbols) {
    if (!read_accounts() || !deploy_tokens(symbols) || !deploy_books() || !fund() || !add_orders()) {
      return unexpected("cannot deploy the demo's contracts: " + error_);
    }
    return std::move(out_);
  }

 private:
  bool failed(std::string why) {
    error_ = std::move(why);
    return false;
  }

  bool read_accounts() {
    const auto block = rpc_.block_number();
    if (!block) return failed(block.error());
    out_.first_block = *block;
    auto accounts = rpc_.accounts();
    if (!accounts) return failed(accounts.error());
    if (accounts->size() < accounts_needed) return failed("the node has too few accounts");
    accounts_ = std::move(*accounts);
    out_.owner = accounts_[1];
    out_.takers = {accounts_[2], accounts_[3], accounts_[4]};
    out_.clearer = accounts_[7];
    return true;
  }

  /// Sends as `from`; the transaction's success is checked by settle().
  bool send(const address& from, const std::optional<address>& to, const std::string& data) {
    auto tx = rpc_.send(from, to, data);
    if (!tx) return failed(tx.error());
    sent_.push_back(std::move(*tx));
    return true;
  }

  bool settle() {
    auto mined = rpc_.mine(sent_);
    sent_.clear();
    if (!mined) return failed(mined.error());
    receipts_ = std::move(*mined);
    return true;
  }

  bool deploy_token(const std::string& symbol, unsigned decimals) {
    call_data data{find_contract("DemoToken").bytecode};
    data.word(uint256{64}).word(uint256{decimals}).text(symbol);
    return send(accounts_[0], std::nullopt, data.hex());
  }

  bool deploy_tokens(const std::vector<demo_symbol>& symbols) {
    progress_("Deploying USDC, WETH and " + std::to_string(symbols.size()) + " tokenized equities");
    if (!deploy_token("USDC", usdc_decimals) || !deploy_token("WETH", weth_decimals)) return false;
    for (const auto& symbol : symbols) {
      if (!deploy_token(symbol.token, equity_decimals)) return false;
    }
    if (!settle() || !created(out_.usdc, 0) || !created(out_.weth, 1)) return false;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      out_.equities.push_back({symbols[i], {}});
      if (!created(out_.equities.back().where, i + 2)) return false;
    }
    return true;
  }

  bool deploy_books() {
    progress_("Deploying an order book of version 4 and one of version 6");
    for (const auto* name : {"DemoOrderBookV4", "DemoOrderBookV6"}) {
      if (!send(accounts_[0], std::nullopt, find_contract(name).bytecode)) return false;
    }
    if (!settle()) return false;
    out_.books.resize(2);
    out_.books[0].version = orderbook_version::v4;
    out_.books[1].version = orderbook_version::v6;
    return created(out_.books[0].where, 0) && created(out_.books[1].where, 1);
  }

  bool created(address& where, std::size_t index) {
    if (!receipts_.at(index).created) return failed("a receipt does not name the contract that it created");
    where = *receipts_[index].created;
    return true;
  }

  [[nodiscard]] std::vector<address> all_tokens() const {
    std::vector<address> out{out_.usdc};
    for (const auto& equity : out_.equities) out.push_back(equity.where);
    out.push_back(out_.weth);
    return out;
  }

  /// Tokens for all accounts that pay, and full vaults for all that have orders.
  bool fund() {
    progress_("Filling wallets and vaults");
    const auto tokens = all_tokens();
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      for (std::size_t a = 1; a < accounts_needed; ++a) {
        if (!fund_account(accounts_[a], tokens[t])) return false;
        const bool has_orders = a == 1 || a == 5 || a == 6;
        // A wide order keeps each token in its own vault; the owner's narrow orders use vault 1 and 2.
        if (has_orders && !deposit(accounts_[a], tokens[t], t + 1)) return false;
        if (a == 1 && t > 1 && !deposit(accounts_[a], tokens[t], 2)) return false;
      }
    }
    return settle();
  }

  bool fund_account(const address& account, const address& token) {
    const auto& abi = find_contract("DemoToken");
    call_data mint{"0x" + abi.selector("mint")};
    if (!send(account, token, mint.word(account).word(uint256{plenty * 10}).hex())) return false;
    for (const auto& book : out_.books) {
      call_data approve{"0x" + abi.selector("approve")};
      if (!send(account, token, approve.word(book.where).word(unlimited).hex())) return false;
    }
    return true;
  }

  bool deposit(const address& account, const address& token, std::size_t vault) {
    for (const auto& book : out_.books) {
      call_data data{"0x" + find_contract("DemoOrderBookV4").selector("deposit")};
      if (!send(account, book.where, data.word(token).word(uint256{vault}).word(plenty).hex())) return false;
    }
    return true;
  }

  bool add_order(const address& owner, const address& book, const std::vector<address>& tokens) {
    call_data data{"0x" + find_contract("DemoOrderBookV4").selector("addOrder")};
    return send(owner, book, data.word(uint256{++nonce_}).word(uint256{64}).list(tokens).hex());
  }

  bool add_orders() {
    progress_("Adding orders: the owner's and strangers'");
    for (auto& book : out_.books) {
      for (const auto& equity : out_.equities) {
        if (!add_order(out_.owner, book.where, {out_.usdc, equity.where})) return false;
      }
      for (const std::size_t account : {1U, 5U, 6U}) {
        if (!add_order(accounts_[account], book.where, all_tokens())) return false;
      }
      if (!settle()) return false;
      std::vector<hash32> hashes;
      for (const auto& receipt : receipts_) {
        // AddOrder's data: sender, order hash, order.
        if (receipt.logs.size() != 1 || receipt.logs[0].log.data.size() < 64) return failed("an order has no log");
        hash32 hash;
        std::copy_n(receipt.logs[0].log.data.begin() + 32, hash.value.size(), hash.value.begin());
        hashes.push_back(hash);
      }
      const auto narrow = static_cast<std::ptrdiff_t>(out_.equities.size());
      book.owner_orders.assign(hashes.begin(), hashes.begin() + narrow);
      book.owner_wide_order = hashes[out_.equities.size()];
      book.stranger_orders.assign(hashes.begin() + narrow + 1, hashes.end());
    }
    return true;
  }

  anvil_rpc& rpc_;
  const progress_callback& progress_;
  std::vector<address> accounts_;
  std::vector<std::string> sent_;
  std::vector<tx_receipt> receipts_;
  unsigned nonce_ = 0;
  demo_addresses out_;
  std::string error_;
};

}  // namespace

expected<demo_addresses, std::string> deploy_demo(anvil_rpc& rpc, const std::vector<demo_symbol>& symbols,
                                                  const progress_callback& progress) {
  return deployment{rpc, progress}.run(symbols);
}

}  // namespace hedgerow::demo
