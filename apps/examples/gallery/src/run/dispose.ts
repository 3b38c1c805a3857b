// Safari has no Symbol.dispose yet, which `using` calls: the recipes need it before @memio/core is loaded.
(Symbol as { dispose?: symbol }).dispose ??= Symbol('Symbol.dispose');
