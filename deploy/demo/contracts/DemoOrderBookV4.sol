// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.30;

import {DemoBook, IERC20} from "./DemoBook.sol";

struct IO {
    address token;
    uint8 decimals;
    uint256 vaultId;
}

struct EvaluableV3 {
    address interpreter;
    address store;
    bytes bytecode;
}

struct OrderV3 {
    address owner;
    EvaluableV3 evaluable;
    IO[] validInputs;
    IO[] validOutputs;
    bytes32 nonce;
}

struct ClearConfig {
    uint256 aliceInputIOIndex;
    uint256 aliceOutputIOIndex;
    uint256 bobInputIOIndex;
    uint256 bobOutputIOIndex;
    uint256 aliceBountyVaultId;
    uint256 bobBountyVaultId;
}

struct ClearStateChange {
    uint256 aliceOutput;
    uint256 bobOutput;
    uint256 aliceInput;
    uint256 bobInput;
}

struct SignedContextV1 {
    address signer;
    uint256[] context;
    bytes signature;
}

struct TakeOrderConfigV3 {
    OrderV3 order;
    uint256 inputIOIndex;
    uint256 outputIOIndex;
    SignedContextV1[] signedContext;
}

/// Emits the events of a V4 order book: raw token amounts, decimals inside the order.
contract DemoOrderBookV4 is DemoBook {
    event AddOrderV2(address sender, bytes32 orderHash, OrderV3 order);
    event ClearV2(address sender, OrderV3 alice, OrderV3 bob, ClearConfig clearConfig);
    event AfterClear(address sender, ClearStateChange clearStateChange);
    event TakeOrderV2(address sender, TakeOrderConfigV3 config, uint256 input, uint256 output);
    event Context(address sender, uint256[][] context);
    event Deposit(address sender, address token, uint256 vaultId, uint256 amount);

    function deposit(address token, bytes32 vaultId, uint256 amount) external {
        emit Deposit(msg.sender, token, uint256(vaultId), amount);
        pull(token, vaultId, amount);
    }

    /// Every token may come in and go out, each at the index of its place in `tokens`.
    function addOrder(bytes32 nonce, address[] calldata tokens) external returns (bytes32 orderHash) {
        OrderV3 memory order;
        order.owner = msg.sender;
        order.evaluable = EvaluableV3(address(uint160(uint256(keccak256("interpreter")))),
            address(uint160(uint256(keccak256("store")))), abi.encode(nonce, tokens.length));
        order.validInputs = new IO[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) {
            order.validInputs[i] = IO(tokens[i], IERC20(tokens[i]).decimals(), i + 1);
        }
        order.validOutputs = order.validInputs;
        order.nonce = nonce;
        bytes memory encoded = abi.encode(order);
        orderHash = keccak256(encoded);
        live[orderHash] = encoded;
        emit AddOrderV2(msg.sender, orderHash, order);
    }

    /// The taker receives `takerInput` of the order's output token and pays `takerOutput` of its input token.
    function take(bytes32 orderHash, uint256 inputIOIndex, uint256 outputIOIndex, uint256 takerInput,
        uint256 takerOutput, bool signed) external
    {
        if (live[orderHash].length == 0) {
            emit OrderNotFound(msg.sender, address(0), orderHash);
            return;
        }
        OrderV3 memory order = abi.decode(live[orderHash], (OrderV3));
        SignedContextV1[] memory context = new SignedContextV1[](signed ? 1 : 0);
        if (signed) {
            uint256[] memory words = new uint256[](2);
            words[0] = block.timestamp;
            words[1] = takerInput;
            context[0] = SignedContextV1(msg.sender, words, abi.encodePacked(orderHash, orderHash, uint8(27)));
        }
        emit Context(msg.sender, contextOf(orderHash, takerInput, takerOutput));
        emit TakeOrderV2(msg.sender, TakeOrderConfigV3(order, inputIOIndex, outputIOIndex, context), takerInput,
            takerOutput);
        Side memory side = sideOf(order, inputIOIndex, outputIOIndex, takerOutput, takerInput);
        book(side, msg.sender);
        settle(side);
    }

    function clear(bytes32 aliceHash, bytes32 bobHash, ClearConfig calldata config, ClearStateChange calldata change)
        external
    {
        if (live[aliceHash].length == 0 || live[bobHash].length == 0) {
            emit OrderNotFound(msg.sender, address(0), live[aliceHash].length == 0 ? aliceHash : bobHash);
            return;
        }
        OrderV3 memory alice = abi.decode(live[aliceHash], (OrderV3));
        OrderV3 memory bob = abi.decode(live[bobHash], (OrderV3));
        emit ClearV2(msg.sender, alice, bob, config);
        emit Context(msg.sender, contextOf(aliceHash, change.aliceInput, change.aliceOutput));
        emit Context(msg.sender, contextOf(bobHash, change.bobInput, change.bobOutput));
        bookClear(
            sideOf(alice, config.aliceInputIOIndex, config.aliceOutputIOIndex, change.aliceInput, change.aliceOutput),
            sideOf(bob, config.bobInputIOIndex, config.bobOutputIOIndex, change.bobInput, change.bobOutput),
            bytes32(config.aliceBountyVaultId), bytes32(config.bobBountyVaultId));
        emit AfterClear(msg.sender, change);
    }

    function sideOf(OrderV3 memory order, uint256 inputIndex, uint256 outputIndex, uint256 input, uint256 output)
        private pure returns (Side memory)
    {
        IO memory incoming = order.validInputs[inputIndex];
        IO memory outgoing = order.validOutputs[outputIndex];
        return Side(order.owner, incoming.token, bytes32(incoming.vaultId), outgoing.token, bytes32(outgoing.vaultId),
            input, output);
    }

    function contextOf(bytes32 orderHash, uint256 input, uint256 output) private view returns (uint256[][] memory all) {
        all = new uint256[][](2);
        all[0] = new uint256[](2);
        all[0][0] = uint256(uint160(msg.sender));
        all[0][1] = uint256(orderHash);
        all[1] = new uint256[](2);
        all[1][0] = input;
        all[1][1] = output;
    }
}
