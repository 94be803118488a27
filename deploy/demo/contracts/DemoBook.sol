// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.30;

interface IERC20 {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function decimals() external view returns (uint8);
}

/// What both generations of the demo's order book share: vaults, live orders, several calls in one transaction, and
/// the ledger that the demo's books are audited against.
///
/// Prices come from the caller: the interpreter that quotes an order on a real book is no part of the demo. All
/// amounts in here are raw token units.
abstract contract DemoBook {
    error NotLive();
    error SameOwner();
    error TokenMismatch();
    error NegativeBounty();
    error Insolvent(address owner, address token);

    event OrderNotFound(address sender, address owner, bytes32 orderHash);

    /// ABI encoding of a live order; empty when dead.
    mapping(bytes32 orderHash => bytes) internal live;
    mapping(address owner => mapping(address token => mapping(bytes32 vaultId => uint256))) internal vaults;

    /// Sum of what `owner`'s orders received (positive) and gave (negative) of `token` against `counter`. An owner who
    /// takes its own order moves nothing between hands and is not counted.
    mapping(address owner => mapping(address token => mapping(address counter => int256))) public net;
    /// How many fills `net` of an owner is made of, on either side and of any pair.
    mapping(address owner => uint256) public fills;

    /// One side of a trade: `owner` receives `input` and gives `output`.
    struct Side {
        address owner;
        address inputToken;
        bytes32 inputVault;
        address outputToken;
        bytes32 outputVault;
        uint256 input;
        uint256 output;
    }

    function netOf(address owner, address counter, address[] calldata tokens)
        external view returns (int256[] memory sums)
    {
        sums = new int256[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) sums[i] = net[owner][tokens[i]][counter];
    }

    function orderExists(bytes32 orderHash) external view returns (bool) {
        return live[orderHash].length != 0;
    }


    /// Calls itself once per element, as the same sender; all or none.
    function multicall(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; i++) {
            (bool done, bytes memory answer) = address(this).delegatecall(calls[i]);
            if (!done) assembly { revert(add(answer, 32), mload(answer)) }
        }
    }

    function pull(address token, bytes32 vaultId, uint256 amount) internal {
        vaults[msg.sender][token][vaultId] += amount;
        IERC20(token).transferFrom(msg.sender, address(this), amount);
    }

    function book(Side memory side, address counterparty) internal {
        uint256 balance = vaults[side.owner][side.outputToken][side.outputVault];
        if (balance < side.output) revert Insolvent(side.owner, side.outputToken);
        vaults[side.owner][side.outputToken][side.outputVault] = balance - side.output;
        vaults[side.owner][side.inputToken][side.inputVault] += side.input;
        if (side.owner == counterparty) return;
        net[side.owner][side.inputToken][side.outputToken] += int256(side.input);
        net[side.owner][side.outputToken][side.inputToken] -= int256(side.output);
        fills[side.owner]++;
    }

    /// The taker pays what the side received and gets what it gave, in tokens.
    function settle(Side memory side) internal {
        IERC20(side.inputToken).transferFrom(msg.sender, address(this), side.input);
        IERC20(side.outputToken).transfer(msg.sender, side.output);
    }

    /// Checks a clear and books both sides; what is left over goes to the clearer's vaults.
    function bookClear(Side memory alice, Side memory bob, bytes32 aliceBounty, bytes32 bobBounty) internal {
        if (alice.owner == bob.owner) revert SameOwner();
        if (alice.outputToken != bob.inputToken || alice.inputToken != bob.outputToken) revert TokenMismatch();
        if (alice.output < bob.input || bob.output < alice.input) revert NegativeBounty();
        book(alice, bob.owner);
        book(bob, alice.owner);
        vaults[msg.sender][alice.outputToken][aliceBounty] += alice.output - bob.input;
        vaults[msg.sender][bob.outputToken][bobBounty] += bob.output - alice.input;
    }
}
