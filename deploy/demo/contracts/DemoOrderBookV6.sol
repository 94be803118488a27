// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.30;

import {DemoBook, IERC20} from "./DemoBook.sol";

struct IOV2 {
    address token;
    bytes32 vaultId;
}

struct EvaluableV4 {
    address interpreter;
    address store;
    bytes bytecode;
}

struct OrderV4 {
    address owner;
    EvaluableV4 evaluable;
    IOV2[] validInputs;
    IOV2[] validOutputs;
    bytes32 nonce;
}

struct ClearConfigV2 {
    uint256 aliceInputIOIndex;
    uint256 aliceOutputIOIndex;
    uint256 bobInputIOIndex;
    uint256 bobOutputIOIndex;
    bytes32 aliceBountyVaultId;
    bytes32 bobBountyVaultId;
}

/// Floats: signed 32-bit decimal exponent above a signed 224-bit coefficient.
struct ClearStateChangeV2 {
    bytes32 aliceOutput;
    bytes32 bobOutput;
    bytes32 aliceInput;
    bytes32 bobInput;
}

struct SignedContextV1 {
    address signer;
    bytes32[] context;
    bytes signature;
}

struct TakeOrderConfigV4 {
    OrderV4 order;
    uint256 inputIOIndex;
    uint256 outputIOIndex;
    SignedContextV1[] signedContext;
}

/// Emits the events of a V6 order book: Float amounts, no decimals inside the order.
contract DemoOrderBookV6 is DemoBook {
    error NegativeAmount();
    error TooLarge();

    event AddOrderV3(address sender, bytes32 orderHash, OrderV4 order);
    event ClearV3(address sender, OrderV4 alice, OrderV4 bob, ClearConfigV2 clearConfig);
    event AfterClearV2(address sender, ClearStateChangeV2 clearStateChange);
    event TakeOrderV3(address sender, TakeOrderConfigV4 config, bytes32 input, bytes32 output);
    event ContextV2(address sender, bytes32[][] context);
    event DepositV2(address sender, address token, bytes32 vaultId, uint256 depositAmountUint256);

    function deposit(address token, bytes32 vaultId, uint256 amount) external {
        emit DepositV2(msg.sender, token, vaultId, amount);
        pull(token, vaultId, amount);
    }

    /// Every token may come in and go out, each at the index of its place in `tokens`.
    function addOrder(bytes32 nonce, address[] calldata tokens) external returns (bytes32 orderHash) {
        OrderV4 memory order;
        order.owner = msg.sender;
        order.evaluable = EvaluableV4(address(uint160(uint256(keccak256("interpreter")))),
            address(uint160(uint256(keccak256("store")))), abi.encode(nonce, tokens.length));
        order.validInputs = new IOV2[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) order.validInputs[i] = IOV2(tokens[i], bytes32(i + 1));
        order.validOutputs = order.validInputs;
        order.nonce = nonce;
        bytes memory encoded = abi.encode(order);
        orderHash = keccak256(encoded);
        live[orderHash] = encoded;
        emit AddOrderV3(msg.sender, orderHash, order);
    }

    /// The taker receives `takerInput` of the order's output token and pays `takerOutput` of its input token.
    function take(bytes32 orderHash, uint256 inputIOIndex, uint256 outputIOIndex, bytes32 takerInput,
        bytes32 takerOutput, bool signed) external
    {
        if (live[orderHash].length == 0) {
            emit OrderNotFound(msg.sender, address(0), orderHash);
            return;
        }
        OrderV4 memory order = abi.decode(live[orderHash], (OrderV4));
        SignedContextV1[] memory context = new SignedContextV1[](signed ? 1 : 0);
        if (signed) {
            bytes32[] memory words = new bytes32[](2);
            words[0] = bytes32(block.timestamp);
            words[1] = takerInput;
            context[0] = SignedContextV1(msg.sender, words, abi.encodePacked(orderHash, orderHash, uint8(27)));
        }
        emit ContextV2(msg.sender, contextOf(orderHash, takerInput, takerOutput));
        emit TakeOrderV3(msg.sender, TakeOrderConfigV4(order, inputIOIndex, outputIOIndex, context), takerInput,
            takerOutput);
        Side memory side = sideOf(order, inputIOIndex, outputIOIndex, takerOutput, takerInput);
        book(side, msg.sender);
        settle(side);
    }

    function clear(bytes32 aliceHash, bytes32 bobHash, ClearConfigV2 calldata config,
        ClearStateChangeV2 calldata change) external
    {
        if (live[aliceHash].length == 0 || live[bobHash].length == 0) {
            emit OrderNotFound(msg.sender, address(0), live[aliceHash].length == 0 ? aliceHash : bobHash);
            return;
        }
        OrderV4 memory alice = abi.decode(live[aliceHash], (OrderV4));
        OrderV4 memory bob = abi.decode(live[bobHash], (OrderV4));
        emit ClearV3(msg.sender, alice, bob, config);
        emit ContextV2(msg.sender, contextOf(aliceHash, change.aliceInput, change.aliceOutput));
        emit ContextV2(msg.sender, contextOf(bobHash, change.bobInput, change.bobOutput));
        bookClear(
            sideOf(alice, config.aliceInputIOIndex, config.aliceOutputIOIndex, change.aliceInput, change.aliceOutput),
            sideOf(bob, config.bobInputIOIndex, config.bobOutputIOIndex, change.bobInput, change.bobOutput),
            config.aliceBountyVaultId, config.bobBountyVaultId);
        emit AfterClearV2(msg.sender, change);
    }

    /// Raw units of a Float, cut toward zero. Any exponent is accepted, as on the real book.
    function toRaw(bytes32 value, uint8 decimals) public pure returns (uint256) {
        int256 exponent = int256(int32(uint32(uint256(value) >> 224))) + int256(uint256(decimals));
        int224 coefficient = int224(uint224(uint256(value)));
        if (coefficient < 0) revert NegativeAmount();
        uint256 raw = uint256(int256(coefficient));
        if (raw == 0 || exponent < -77) return 0;
        if (exponent > 40) revert TooLarge();
        return exponent < 0 ? raw / 10 ** uint256(-exponent) : raw * 10 ** uint256(exponent);
    }

    function sideOf(OrderV4 memory order, uint256 inputIndex, uint256 outputIndex, bytes32 input, bytes32 output)
        private view returns (Side memory)
    {
        IOV2 memory incoming = order.validInputs[inputIndex];
        IOV2 memory outgoing = order.validOutputs[outputIndex];
        return Side(order.owner, incoming.token, incoming.vaultId, outgoing.token, outgoing.vaultId,
            toRaw(input, IERC20(incoming.token).decimals()), toRaw(output, IERC20(outgoing.token).decimals()));
    }

    function contextOf(bytes32 orderHash, bytes32 input, bytes32 output) private view returns (bytes32[][] memory all) {
        all = new bytes32[][](2);
        all[0] = new bytes32[](2);
        all[0][0] = bytes32(uint256(uint160(msg.sender)));
        all[0][1] = orderHash;
        all[1] = new bytes32[](2);
        all[1][0] = input;
        all[1][1] = output;
    }
}
